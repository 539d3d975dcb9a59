"""One contender in a process of its own: `python fits.py CONTENDER TRAIN TEST TARGET classes|numbers SEED ANSWERS`.

Training and test rows are CSV; the answers for the test rows go to an `.npz`: `names` and `shares` of the classes, or
`values`; with the processor seconds of the fit, `fit`. No part of Fallline is imported: the peers need none.
"""

from __future__ import annotations

import sys
import time
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

PYTABKIT = ("realmlp", "tabm")


def main(contender: str, train: str, test: str, target: str, kind: str, seed: str, answers: str) -> None:
    """Fits one contender, and writes what it says of the test rows."""
    frames = [_dates_as_days(pd.read_csv(path)) for path in (train, test)]
    y = frames[0].pop(target)
    words = [name for name in frames[0] if not pd.api.types.is_numeric_dtype(frames[0][name])]
    numbers = [name for name in frames[0] if name not in words]
    x, new_x = (frame[numbers + words] for frame in frames)
    if contender in PYTABKIT:
        x, new_x = _for_pytabkit(x, new_x, numbers, words)
    given = contender, kind == "classes", int(seed)
    model = _pytabkit(*given) if contender in PYTABKIT else _scikit(*given, len(numbers), len(words))
    started = time.process_time()
    model.fit(x, y.to_numpy())
    spent = time.process_time() - started
    if kind == "classes":
        said = {"names": np.asarray(model.classes_, str), "shares": model.predict_proba(new_x)}
    else:
        said = {"values": np.asarray(model.predict(new_x), float).reshape(-1)}
    packages = ("pytabkit", "torch") if contender in PYTABKIT else ("scikit-learn",)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    np.savez(answers, fit=spent, versions=versions, **said)


def _dates_as_days(frame: pd.DataFrame) -> pd.DataFrame:
    """Dates as days since 1970: as categories every day would be one of its own. Truth values are words."""
    for name in frame:
        if frame[name].dtype == bool:
            frame[name] = frame[name].astype(str)
        if not pd.api.types.is_numeric_dtype(frame[name]):
            dates = pd.to_datetime(frame[name], format="ISO8601", errors="coerce")
            if dates.isna().sum() == frame[name].isna().sum():
                frame[name] = (dates - pd.Timestamp("1970-01-01")).dt.total_seconds() / 86_400
    return frame


def _for_pytabkit(x: Any, new_x: Any, numbers: list[str], words: list[str]) -> tuple[Any, Any]:
    """Numbers without gaps, which RealMLP refuses: the median of the training rows; words as categories."""
    median = x[numbers].median()
    kinds = {name: pd.CategoricalDtype(sorted(x[name].dropna().astype(str).unique())) for name in words}
    return tuple(
        pd.concat(
            [frame[numbers].fillna(median).astype(float), frame[words].astype(str).astype(kinds)], axis=1
        )
        for frame in (x, new_x)
    )


def _pytabkit(contender: str, classes: bool, seed: int) -> Any:
    """RealMLP and TabM at their published defaults."""
    import pytabkit

    kind = "Classifier" if classes else "Regressor"
    name = {"realmlp": "RealMLP_TD", "tabm": "TabM_D"}[contender]
    return getattr(pytabkit, f"{name}_{kind}")(device="cpu", random_state=seed, verbosity=0)


def _scikit(contender: str, classes: bool, seed: int, numeric: int, text: int) -> Any:
    """A linear model, the multi-layer perceptron with early stopping, histogram gradient boosting."""
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

    numbers, words = list(range(numeric)), list(range(numeric, numeric + text))
    as_text = FunctionTransformer(lambda rows: rows.fillna("missing").astype(str))
    if contender == "boosting":
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
        columns = ColumnTransformer(
            [("n", "passthrough", numbers), ("t", make_pipeline(as_text, codes), words)]
        )
        boosting = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
        return make_pipeline(columns, boosting(random_state=seed, categorical_features=words))
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer([("n", scaled, numbers), ("t", make_pipeline(as_text, one_hot), words)])
    if contender == "linear":
        return make_pipeline(columns, LogisticRegression(max_iter=1000) if classes else RidgeCV())
    network: Any = MLPClassifier if classes else MLPRegressor
    network = network(early_stopping=True, max_iter=1000, random_state=seed)
    if not classes:
        network = TransformedTargetRegressor(network, transformer=StandardScaler())
    return make_pipeline(columns, network)


if __name__ == "__main__":
    main(*sys.argv[1:])
