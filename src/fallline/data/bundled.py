"""Small real data sets by name, from scikit-learn's installation; nothing is downloaded."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.target import Task
from fallline.errors import DataError
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class BundledSet:
    """A real data set as a table.

    Args:
        name: As a user types it.
        frame: The inputs and the target.
        target: Name of the target column.
        task: What the target poses.
        description: One line.
        provenance: Who collected it, and the licence or terms as far as known.
    """

    __repr__ = fields_shown

    name: str
    frame: pl.DataFrame
    target: str
    task: Task
    description: str
    provenance: str


@dataclass(frozen=True)
class _Entry:
    target: str
    task: Task
    description: str
    provenance: str


_SETS = {
    "digits": _Entry(
        "digit",
        "multiclass",
        "1,797 handwritten digits as 8x8 grey images: 64 pixels of 0 to 16, ten classes",
        "E. Alpaydin and C. Kaynak 1998, UCI Optical Recognition of Handwritten Digits (test part); CC BY 4.0",
    ),
    "breast_cancer": _Entry(
        "diagnosis",
        "binary",
        "569 breast tumours by 30 measurements of cell nuclei: malignant or benign",
        "W. Wolberg, O. Mangasarian, W. Street 1995, UCI Breast Cancer Wisconsin (Diagnostic); CC BY 4.0",
    ),
    "wine": _Entry(
        "cultivar",
        "multiclass",
        "178 Italian wines by 13 chemical measurements: which of three cultivars",
        "S. Aeberhard and M. Forina 1991, UCI Wine; CC BY 4.0",
    ),
    "iris": _Entry(
        "species",
        "multiclass",
        "150 irises by 4 lengths and widths of their flowers: which of three species",
        "E. Anderson 1935, R. Fisher 1936, UCI Iris; CC BY 4.0",
    ),
    "diabetes": _Entry(
        "progression",
        "regression",
        "442 diabetes patients by 10 measurements: progression of the disease after a year",
        "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani 2004, Least Angle Regression",
    ),
}

BUNDLED_NAMES = tuple(sorted(_SETS))
"""The names that `bundled_set` knows."""


def bundled_set(name: str) -> BundledSet:
    """A bundled data set by name: `digits`, `breast_cancer`, `wine`, `iris` or `diabetes`.

    Raises:
        DataError: there is no such set; the nearest name, or the nearest file of the folder, is suggested.
    """
    if name not in _SETS:
        raise DataError(_unknown(name))
    from sklearn import datasets

    entry = _SETS[name]
    options = {"scaled": False} if name == "diabetes" else {}
    loaded = getattr(datasets, f"load_{name}")(**options)
    columns = {_column_name(label): loaded.data[:, k] for k, label in enumerate(loaded.feature_names)}
    target = loaded.target
    if name in ("iris", "breast_cancer"):
        target = np.asarray(loaded.target_names)[target]
    values = pl.DataFrame({**columns, entry.target: target.tolist()})
    whole = [column for column in columns if (values[column] % 1 == 0).all()]
    frame = values.with_columns(pl.col(whole).cast(pl.Int64))
    return BundledSet(name, frame, entry.target, entry.task, entry.description, entry.provenance)


def _column_name(label: str) -> str:
    return label.removesuffix(" (cm)").replace(" ", "_").replace("/", "_")


def _unknown(name: str) -> str:
    near_set = difflib.get_close_matches(name.casefold(), BUNDLED_NAMES, n=1)
    folder = Path(name).parent
    files = [str(entry) for entry in folder.iterdir() if entry.is_file()] if folder.is_dir() else []
    near_file = difflib.get_close_matches(name, files, n=1) or [
        file for file in sorted(files) if Path(file).name.startswith(f"{Path(name).name}.")
    ]
    near = [f'the data set "{found}"' for found in near_set] + [
        f'the file "{found}"' for found in near_file[:1]
    ]
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Bundled: {', '.join(BUNDLED_NAMES)}."
    return f'"{name}" is no file and no bundled data set. {hint}'
