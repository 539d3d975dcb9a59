"""The members of a population as a tidy table, a row each, in any data-frame library; and their epochs likewise.

The type of a column is that of its axis, whatever values were drawn: 64 and None are a column of integers, 64 and
"auto" one of text, in every library and with any number of members.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Shaped

from fallline.errors import UnknownNameError, UsageError
from fallline.population.results.labels import plain_text
from fallline.population.results.record import MemberLike, SpaceLike, diverged, is_number

Backend = Literal["polars", "pandas", "pyarrow"]
BACKENDS: tuple[Backend, ...] = ("polars", "pandas", "pyarrow")
BEFORE = {"member": int, "candidate": int}
AFTER = {"seed": int, "fold": int, "status": str, "epochs": int, "best_epoch": int, "score": float}
LAST = {"seconds": float}

Columns = dict[str, tuple[type, list[Any]]]
"""Name of a column -> the type and the values of its cells."""


def frame(
    members: Sequence[MemberLike], axes: Mapping[str, SpaceLike] | None = None, backend: Backend = "polars"
) -> Any:
    """A row a member: its number, candidate, settings, seed, fold, status, epochs, score, last values, seconds.

    Missing cells: a setting that does not apply, the fold without folds, a value that was never recorded. A score that is
    not finite is NaN, so that a mean over it is seen not to be one (not in pandas, which has one sign for both).
    `best_epoch` is the epoch, counted from 1, whose weights the member has. Of each recorded name there is the value of
    the last epoch that has one; of a metric with several values a column each: `precision_0`, `precision_1`. A setting
    that is called as another column is named `setting_loss`.

    Args:
        members: The members.
        axes: Axis -> its kind and options, which fix the type of its column; where they are not given, the values do.
        backend: `polars`, `pandas` or `pyarrow`.

    Raises:
        UsageError: no such library, or it is not installed.
    """
    columns: Columns = {
        "member": (int, [member.number for member in members]),
        "candidate": (int, [member.candidate for member in members]),
    }
    values = _last_values(members)
    taken = {*BEFORE, *AFTER, *LAST, *values}
    for axis in _axis_names(members, axes):
        cells = [member.settings.get(axis) for member in members]
        kind = axis_type((axes or {}).get(axis), cells)
        name = f"setting_{axis}" if axis in taken else axis
        columns[name] = (kind, [as_cell(value, kind) for value in cells])
    best = [None if member.best_epoch is None else member.best_epoch + 1 for member in members]
    columns |= {
        "seed": (int, [member.seed for member in members]),
        "fold": (int, [member.fold for member in members]),
        "status": (str, [member.status for member in members]),
        "epochs": (int, [member.epochs for member in members]),
        "best_epoch": (int, best),
        "score": (float, [float(member.score) for member in members]),
        **{name: (float, cells) for name, cells in values.items()},
        "seconds": (float, [float(member.seconds) for member in members]),
    }
    return made_frame(columns, backend)


def curves_frame(members: Sequence[MemberLike], backend: Backend = "polars") -> Any:
    """A row for each value that was recorded: `member`, `candidate`, `epoch` (counted from 1), `name`, `value`.

    Epochs without a value, such as those that were not validated, have no row; those of a member that diverged have theirs,
    of NaN or infinity.

    Args:
        members: The members.
        backend: `polars`, `pandas` or `pyarrow`.

    Raises:
        UsageError: no such library, or it is not installed.
    """
    rows: list[tuple[int, int, int, str, float]] = []
    for member in members:
        for name, values in _flat(member.values).items():
            said = diverged(member) & (np.arange(len(values)) == len(values) - 1)
            rows += [
                (member.number, member.candidate, int(epoch) + 1, name, float(values[epoch]))
                for epoch in np.flatnonzero(~np.isnan(values) | said)
            ]
    cells = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], [], []]
    kinds: tuple[type, ...] = (int, int, int, str, float)
    names = ("member", "candidate", "epoch", "name", "value")
    return made_frame(dict(zip(names, zip(kinds, cells, strict=True), strict=True)), backend)


def made_frame(columns: Columns, backend: Backend) -> Any:
    """Columns of given types as a frame of a library; cells that are None are missing.

    Raises:
        UsageError: no such library, or it is not installed.
    """
    if backend not in BACKENDS:
        raise UnknownNameError("data-frame library", backend, BACKENDS)
    import narwhals.stable.v2 as nw

    dtypes = {int: nw.Int64, float: nw.Float64, str: nw.String, bool: nw.Boolean}
    data = {name: cells for name, (_, cells) in columns.items()}
    try:
        if backend == "pandas":
            return _pandas(columns)
        schema = nw.Schema({name: dtypes[kind]() for name, (kind, _) in columns.items()})
        return nw.from_dict(data, schema=schema, backend=backend).to_native()
    except ModuleNotFoundError as error:
        raise UsageError(
            f'frame(backend="{backend}"): {backend} is not installed. Install it (pip install {backend}), or take '
            'backend="polars", which is.'
        ) from error


def _pandas(columns: Columns) -> Any:
    import pandas as pd  # type: ignore[import-untyped]

    # NumPy's integers and booleans know no missing value.
    kinds = {int: "Int64", float: "float64", bool: "boolean", str: "string"}
    series = {
        name: pd.Series(
            [math.nan if cell is None else cell for cell in cells] if kind is float else cells,
            dtype=kinds[kind],
        )
        for name, (kind, cells) in columns.items()
    }
    return pd.DataFrame(series)


def axis_type(space: SpaceLike | None, values: Iterable[Any]) -> type:
    """The type of an axis's column: `int`, `float`, `bool` or `str`.

    Args:
        space: Its kind and options.
        values: What was drawn; asked where nothing else is known.
    """
    if space is not None and space.kind in ("float", "integer"):
        return float if space.kind == "float" else int
    options = space.options if space is not None and space.options is not None else values
    known = [value for value in options if value is not None]
    if known and all(isinstance(value, bool | np.bool_) for value in known):
        return bool
    if known and all(map(is_number, known)):
        return int if all(isinstance(value, int | np.integer) for value in known) else float
    return str


def as_cell(value: Any, kind: type) -> Any:
    """A value as a cell of a column: of text as it is written in Python, or by its name."""
    if value is None:
        return None
    if kind is not str:
        return kind(value)
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, tuple | list | dict | bool | int | float) else plain_text(value)


def _axis_names(members: Sequence[MemberLike], axes: Mapping[str, SpaceLike] | None) -> list[str]:
    drawn = (axis for member in members for axis in member.settings)
    return list(dict.fromkeys([*(axes or {}), *drawn]))


def _flat(values: Mapping[str, Shaped[np.ndarray, "epochs ..."]]) -> dict[str, Shaped[np.ndarray, " epochs"]]:
    """Recorded values by name, those of several values an epoch as one name each."""
    found = {}
    for name, recorded in values.items():
        array = np.asarray(recorded, np.float64)
        if array.ndim == 1:
            found[name] = array
            continue
        for k, column in enumerate(array.reshape(len(array), -1).T):
            found[f"{name}_{k}"] = column
    return found


def _last_values(members: Sequence[MemberLike]) -> dict[str, list[float | None]]:
    """Name -> the last value of each member; None where it has none."""
    flat = [_flat(member.values) for member in members]
    names = dict.fromkeys(name for each in flat for name in each)
    return {
        name: [_last(each.get(name), diverged(member)) for each, member in zip(flat, members, strict=True)]
        for name in names
    }


def _last(values: Shaped[np.ndarray, " epochs"] | None, ends_in_nan: bool) -> float | None:
    if values is None or not len(values):
        return None
    if ends_in_nan:
        return float(values[-1])
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else None
