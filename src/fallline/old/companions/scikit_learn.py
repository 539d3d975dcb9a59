"""scikit-learn of before 0.20 to 1.8: classes and arguments that went, and data sets that it no longer gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from fallline.errors import UsageError
from fallline.old.companions.changes import Changes
from fallline.old.notices import say_once


def give_back(module: ModuleType, changes: Changes) -> None:
    """Adds the old names of one of its modules."""
    {
        "sklearn.preprocessing": _preprocessing,
        "sklearn.datasets": _datasets,
        "sklearn.metrics": _metrics,
        "sklearn.model_selection": _searches,
        "sklearn.feature_extraction.text": _text,
    }[module.__name__](module, changes)


def _preprocessing(module: ModuleType, changes: Changes) -> None:
    changes.put(module, "OneHotEncoder", _encoder(module.OneHotEncoder))
    changes.names(module, {"Imputer": (lambda: _imputer, "sklearn.impute.SimpleImputer")})


def _imputer(missing_values: Any = "NaN", strategy: str = "mean", axis: int = 0, **named: Any) -> Any:
    """A SimpleImputer."""
    from sklearn.impute import SimpleImputer

    if axis != 0:
        raise UsageError(
            "Imputer(axis=1) is gone from scikit-learn. Give SimpleImputer the transposed table."
        )
    named = {name: value for name, value in named.items() if name in ("copy",)}
    missing = float("nan") if missing_values == "NaN" else missing_values
    return SimpleImputer(missing_values=missing, strategy=strategy, **named)


def _encoder(now: Any) -> type[Any]:
    """The encoder with its old arguments: `sparse=`, and `categorical_features=` with the other columns after them."""

    class OneHotEncoder(now):  # type: ignore[misc]
        def __new__(cls, *_: Any, categorical_features: Any = None, **named: Any) -> Any:
            if categorical_features is None or isinstance(categorical_features, str):
                return super().__new__(cls)
            say_once("OneHotEncoder(categorical_features=) is gone; now: sklearn.compose.ColumnTransformer.")
            return _columns(now(sparse_output=named.get("sparse", True)), categorical_features)

        def __init__(self, *positional: Any, **named: Any) -> None:
            named.pop("categorical_features", None)
            if named.pop("n_values", "auto") != "auto":
                say_once('OneHotEncoder(n_values=) is gone; now: categories="auto".')
            if "sparse" in named:
                say_once("OneHotEncoder(sparse=) is gone; now: sparse_output=.")
                named["sparse_output"] = named.pop("sparse")
            super().__init__(*positional, **named)

    # What `get_params` reads.
    vars(OneHotEncoder.__init__)["__signature__"] = inspect.signature(now.__init__)
    OneHotEncoder.__qualname__ = "OneHotEncoder"
    return OneHotEncoder


def _columns(encoder: Any, features: Any) -> Any:
    from sklearn.compose import ColumnTransformer

    return ColumnTransformer(
        [("encoded", encoder, list(features))],
        remainder="passthrough",
        sparse_threshold=1.0 if encoder.sparse_output else 0.0,
    )


def _datasets(module: ModuleType, changes: Changes) -> None:
    changes.put(module, "load_boston", _boston)
    changes.put(module, "fetch_mldata", _mldata)


def _boston(return_X_y: bool = False) -> Any:
    """The houses of Boston, which scikit-learn no longer gives."""
    import numpy as np
    from sklearn.utils import Bunch

    from fallline.datasets import boston_housing

    say_once(
        "sklearn.datasets.load_boston is gone (one of its columns is built on race); fetch_california_housing has other houses."
    )
    (x, y), (x_test, y_test) = boston_housing.load_data(test_split=0.2)
    data, target = np.concatenate([x, x_test]), np.concatenate([y, y_test])
    if return_X_y:
        return data, target
    names = np.array(
        ["CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT"]
    )
    return Bunch(data=data, target=target, feature_names=names, DESCR="Houses of Boston, 1978.", filename="")


def _mldata(dataname: str, **_: Any) -> Any:
    """`fetch_mldata("MNIST original")`: its server is gone; other sets are at openml.org."""
    import numpy as np
    from sklearn.utils import Bunch

    if "mnist" not in dataname.casefold():
        raise UsageError(
            f'sklearn.datasets.fetch_mldata("{dataname}"): its server is gone. sklearn.datasets.fetch_openml has many of its sets.'
        )
    from fallline.datasets import mnist

    say_once("sklearn.datasets.fetch_mldata is gone; the digits come from fallline.datasets.mnist.")
    (x, y), (x_test, y_test) = mnist.load_data()
    parts = [(np.asarray(a).reshape(len(a), -1)[order], np.asarray(b)[order].astype(float))
             for a, b in ((x, y), (x_test, y_test)) for order in [np.argsort(b, kind="stable")]]  # fmt: skip
    return Bunch(data=np.concatenate([a for a, _ in parts]), target=np.concatenate([b for _, b in parts]))


class GridScore(NamedTuple):
    """One point of a grid."""

    parameters: dict[str, Any]
    mean_validation_score: float
    cv_validation_scores: Any


def _searches(module: ModuleType, changes: Changes) -> None:
    for name in ("GridSearchCV", "RandomizedSearchCV"):
        changes.put(getattr(module, name), "grid_scores_", property(_grid_scores))


def _grid_scores(self: Any) -> list[GridScore]:
    import numpy as np

    say_once(".grid_scores_ is gone; now: .cv_results_.")
    found = self.cv_results_
    folds = np.stack([found[f"split{number}_test_score"] for number in range(self.n_splits_)], 1)
    return [GridScore(*each) for each in zip(found["params"], found["mean_test_score"], folds, strict=True)]


def _metrics(module: ModuleType, changes: Changes) -> None:
    error = module.mean_squared_error

    def mean_squared_error(*positional: Any, squared: bool = True, **named: Any) -> Any:
        if squared:
            return error(*positional, **named)
        say_once("mean_squared_error(squared=False) is gone; now: root_mean_squared_error.")
        return module.root_mean_squared_error(*positional, **named)

    mean_squared_error.__doc__ = error.__doc__
    changes.put(module, "mean_squared_error", mean_squared_error)
    for name in ("confusion_matrix", "classification_report"):
        changes.put(module, name, _without_words(getattr(module, name)))


def _without_words(function: Callable[..., Any]) -> Callable[..., Any]:
    """Labels and predictions by position, others as they were."""

    def call(y_true: Any, y_pred: Any, *rest: Any, **named: Any) -> Any:
        names = ("labels", "target_names") if function.__name__ == "classification_report" else ("labels",)
        return function(y_true, y_pred, **dict(zip(names, rest, strict=False)), **named)

    call.__name__, call.__doc__ = function.__name__, function.__doc__
    return call


def _text(module: ModuleType, changes: Changes) -> None:
    for name in ("CountVectorizer", "TfidfVectorizer"):
        changes.add(
            getattr(module, name),
            "get_feature_names",
            lambda self: list(self.get_feature_names_out()),
            "get_feature_names_out()",
        )
