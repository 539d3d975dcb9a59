"""The baselines as files of the run folder, without pickle: skops writes an estimator as plain data and arrays.

A file says what its columns are (name, kind, levels in the order of their codes) and what it predicts, so that it
belongs to one run, and anyone can use it: `skops.io.load(path, trusted=list(TRUSTED))["estimator"]`.
"""

from __future__ import annotations

import dataclasses
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fallline._files import written_whole
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.target import TargetEncoder
from fallline.errors import SavedFileError
from fallline.experiment.baselines.baseline import Baseline
from fallline.experiment.baselines.plain import described_columns
from fallline.experiment.parts import SinglePreprocessor

FORMAT = "fallline baseline 1"

TRUSTED = (
    "functools.partial",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)
"""What the files hold beside the estimators and arrays that skops knows to be harmless. It reads nothing else."""


def write_baseline(baseline: Baseline, target: TargetEncoder, path: Path) -> None:
    """Writes one baseline, whole or not at all.

    Args:
        baseline: The fitted model.
        target: What it predicts, with its own threshold between two classes.
        path: The file.

    Raises:
        OSError: the file cannot be written.
    """
    import skops.io

    content = {
        "format": FORMAT,
        "name": baseline.name,
        "rows": baseline.rows,
        "seconds": baseline.seconds,
        "target": target.to_config(),
        "columns": _columns(baseline.preprocessor),
        "estimator": baseline.estimator,
    }
    # Thousands of trees repeat themselves: packed, they take a fifth.
    packed = skops.io.dumps(content, compression=zipfile.ZIP_DEFLATED)
    with written_whole(path) as file:
        file.write(packed)


def read_baseline(
    path: Path,
    name: str,
    preprocessor: SinglePreprocessor,
    target: TargetEncoder,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Baseline, TargetEncoder]:
    """The baseline in a file, and what it predicts, with its own threshold between two classes.

    Args:
        path: The file.
        name: `linear` or `boosting`.
        preprocessor: The run's, to which the file must belong.
        target: The run's, likewise.
        say: Called with a sentence where another version of scikit-learn wrote the file.

    Raises:
        SavedFileError: there is no such file, it is damaged, holds what Fallline does not write, or is of another run.
    """
    if not path.is_file():
        raise SavedFileError(
            f'"{path.parent}" holds no {path.name}: a run fits and keeps the simpler models where it has test rows '
            "and ends its scoring, boosted trees for at most 256 columns. Train it again, or leave out --model."
        )
    content = _content(path, say)
    try:
        kept = TargetEncoder.from_config(content["target"])
        same = (content["name"], content["columns"]) == (name, _columns(preprocessor))
        same &= _without_words(kept) == _without_words(target)
        baseline = Baseline(name, content["estimator"], content["rows"], content["seconds"], preprocessor)
        fits = _fits(baseline, kept)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, error) from error
    if not same:
        raise SavedFileError(
            f'"{path}" is of another run than the model beside it: its columns or its target differ. '
            "Use the files of one run folder."
        )
    if not fits:
        raise SavedFileError(f'"{path}" holds no {name} model that Fallline writes. Train the run again.')
    return baseline, kept


def _content(path: Path, say: Callable[[str], None]) -> dict[str, Any]:
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    data = path.read_bytes()
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            content = skops.io.loads(data, trusted=list(TRUSTED))
    except UntrustedTypesFoundException as error:
        found = ", ".join(skops.io.get_untrusted_types(data=data)[:3])
        raise SavedFileError(
            f'"{path}" holds what no baseline of Fallline holds ({found}), and is not read: it might run code. '
            "Train the run again."
        ) from error
    except Exception as error:
        # A damaged file fails wherever it is damaged: in the archive, its description, an array, an estimator.
        raise _damaged(path, error) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SavedFileError(
            f'"{path}" is no baseline that this version of Fallline wrote. Train the run again.'
        )
    if any(type(warning.message).__name__ == "InconsistentVersionWarning" for warning in told):
        say(f'"{path}" was written with another version of scikit-learn, so its answers may differ a little.')
    return content


def _damaged(path: Path, error: Exception) -> SavedFileError:
    told = " ".join(str(error).split())
    return SavedFileError(
        f'"{path}" is damaged, or no file of Fallline: {type(error).__name__}: {told:.120}. Train the run again.'
    )


def _columns(preprocessor: SinglePreprocessor) -> list[dict[str, Any]]:
    return described_columns(preprocessor) if isinstance(preprocessor, TablePreprocessor) else []


def _without_words(target: TargetEncoder) -> TargetEncoder:
    """What decides whether two targets are one: neither notes nor threshold."""
    return dataclasses.replace(target, threshold=0.5, notes=())


def _fits(baseline: Baseline, target: TargetEncoder) -> bool:
    """Whether the estimator is of a kind that is written, and knows no other classes."""
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import Pipeline

    regression = target.task == "regression"
    model = baseline.estimator
    kinds: tuple[type, ...] = (
        HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier,
    )
    if baseline.name == "linear":
        model = model.steps[-1][1] if isinstance(model, Pipeline) else model
        kinds = (Ridge if regression else LogisticRegression,)
    if not isinstance(model, kinds if regression else (*kinds, DummyClassifier)):
        return False
    return regression or set(baseline.estimator.classes_.tolist()) <= set(range(len(target.classes)))
