"""From a table to the arrays of a run: read, find the target, look for leaks, split, learn the preprocessing, encode."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Int64, Shaped

from fallline.data.encoders import to_numbers
from fallline.data.leaks import Leak, by_harm, find_leaks, repeated_inputs, shared_rows
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.reading import Table, read_rows, read_table
from fallline.data.tables import find_column
from fallline.data.target import (
    TargetEncoder,
    Task,
    infer_task,
    known_rows,
    numbers_of_known,
    rows_with_target,
)
from fallline.errors import DataError, UsageError
from fallline.experiment.part_files import about_part, require_columns_of
from fallline.experiment.parts import Part, Prepared, divide
from fallline.experiment.settings import Settings
from fallline.experiment.table_seen import table_seen

MAX_NAMES_SHOWN = 8
SOURCE_OPTIONS = ("header", "delimiter", "sheet", "table", "query")
"""The settings that say how a source is read."""


def table_of(settings: Settings, data: Any) -> Table:
    """A table, read as the settings say.

    Args:
        settings: The target, and how the source and its columns are to be read.
        data: The source, as in `read_table`.

    Raises:
        DataError: the source cannot be read as a table, or a column that is named is not there.
    """
    return read_table(
        data,
        target=settings.target,
        missing=settings.missing,
        kinds=settings.types,
        skip=settings.drop,
        **{name: getattr(settings, name) for name in SOURCE_OPTIONS},
    )


def prepare_table(settings: Settings, table: Table) -> Prepared:
    """The arrays of a run on a table in memory.

    The preprocessing, and the scale of a number to be predicted, are learned from the training rows alone.

    Args:
        settings: Which column is the target, which are left out, and what becomes of the rows.
        table: The table; also the test and validation rows unless these have files of their own.
    """
    frame = table.frame
    target = _target_column(settings, frame)
    left_out, notes = _left_out(settings, frame, target)
    for name, dtype in frame.schema.items():
        if dtype.is_float() and name not in (target, *left_out):
            to_numbers(frame[name])  # here, so that a row in the message is a row of the source
    kinds = {find_column(frame, name): kind for name, kind in settings.types.items()}
    numbers = numbers_of_known(frame[target])
    frame, note = rows_with_target(frame, target)
    notes += [note] if note else []
    numbered, more_notes = _divide(settings, table, frame, numbers, target)
    frames = {name: part for name, (part, _) in numbered.items()}
    train = frames["train"]
    encoder = _encoder(settings, frame, train, target)
    preprocessor = TablePreprocessor.fit(train, target=target, drop=left_out, kinds=kinds)
    for name, part in frames.items():
        with about_part(settings, name):  # here, so that a column that a file of its own lacks is named
            preprocessor.with_all_columns(part)
    leaks = _leaks(settings, frames, preprocessor, encoder)
    parts = {
        name: Part(preprocessor.transform(part), encoder.encode(part[target]), numbers, part)
        for name, (part, numbers) in numbered.items()
    }
    warnings = [leak.sentence for leak in leaks]
    if (known := _repeated(settings, frames, preprocessor, encoder, leaks)) is not None:
        warnings.append(known)
    notes = [*warnings, *table.notes, *notes, *more_notes, *encoder.notes, *preprocessor.notes]
    return Prepared(
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        preprocessor=preprocessor,
        target=encoder,
        inputs=preprocessor.feature_words,
        notes=tuple(notes),
        form=table.form,
        seen=table_seen(table, preprocessor, notes),
        leaks=leaks,
    )


def by_name(settings: Settings, prepared: Prepared) -> Settings:
    """The settings with names for the columns that were given by position: they hold in a file of another order too."""
    if prepared.form is None:
        return settings
    columns = pl.DataFrame(schema=[column.name for column in prepared.form.columns])
    named: dict[str, Any] = {
        "target": prepared.target.name,
        "drop": tuple(find_column(columns, name) for name in settings.drop),
        "types": {find_column(columns, name): kind for name, kind in settings.types.items()},
    }
    for name in ("time", "group"):
        if (column := getattr(settings, name)) is not None:
            named[name] = find_column(columns, column)
    if prepared.form.generated_names and settings.header is None:
        named["header"] = False
    return dataclasses.replace(settings, **named)


def _leaks(
    settings: Settings,
    frames: Mapping[str, pl.DataFrame],
    preprocessor: TablePreprocessor,
    encoder: TargetEncoder,
) -> tuple[Leak, ...]:
    """What gives the target away among the columns that are inputs, the worst first."""
    used = [*(item.name for item in preprocessor.encoders), encoder.name]
    settled = [kind for kind in ("time", "group") if getattr(settings, kind) is not None]
    found = find_leaks(frames["train"][used], encoder.name, encoder.task)
    leaks = [leak for leak in found if leak.kind not in settled]
    if "test" in frames:
        shared = shared_rows(frames["train"][used], frames["test"][used], encoder.name)
        leaks += [] if shared is None else [shared]
    return by_harm(leaks)


def _repeated(
    settings: Settings,
    frames: Mapping[str, pl.DataFrame],
    preprocessor: TablePreprocessor,
    encoder: TargetEncoder,
    leaks: tuple[Leak, ...],
) -> str | None:
    """What is to be known of test rows with the inputs of training rows, where it is not told as a leak."""
    if "test" not in frames or settings.group is not None or any(leak.kind == "rows" for leak in leaks):
        return None
    used = [*(item.name for item in preprocessor.encoders), encoder.name]
    return repeated_inputs(frames["train"][used], frames["test"][used], encoder.name)


def _target_column(settings: Settings, frame: pl.DataFrame) -> str:
    if settings.target is None:
        names = ", ".join(f'"{name}"' for name in frame.columns[:MAX_NAMES_SHOWN])
        more = ", ..." if frame.width > MAX_NAMES_SHOWN else ""
        raise UsageError(
            f"which column is to be predicted? Name it with --target. The columns are {names}{more}."
        )
    if frame.width < 2:
        raise DataError(
            f'"{settings.shown_data}" has one column only, "{frame.columns[0]}": nothing to predict it from. '
            "If columns run together, give --delimiter."
        )
    return find_column(frame, settings.target)


def _left_out(settings: Settings, frame: pl.DataFrame, target: str) -> tuple[list[str], list[str]]:
    """The columns that are no inputs by the person's wish, and what to say of them."""
    left_out = [find_column(frame, name) for name in settings.drop]
    if target in left_out:
        raise UsageError(f'column "{target}" is the target and cannot be left out with --drop.')
    if settings.group is None:
        return left_out, []
    group = find_column(frame, settings.group)
    if group == target:
        raise UsageError(f'column "{target}" is the target; rows are grouped by another column.')
    # In the test part no value of it was ever seen.
    return [*left_out, group], [f'"{group}": each value is in one part of the rows only, so it is no input.']


def _divide(
    settings: Settings, table: Table, frame: pl.DataFrame, numbers: Int64[np.ndarray, " rows"], target: str
) -> tuple[dict[str, tuple[pl.DataFrame, Int64[np.ndarray, " part"]]], list[str]]:
    """The frame of each part that there is, with the places of its rows in their source, and notes about rows left out."""
    notes: list[str] = []

    def read(name: str, path: str) -> tuple[pl.DataFrame, Int64[np.ndarray, " part"]]:
        # A second file is read like the first, but where in a workbook or database the first stood is its own.
        try:
            rows = read_rows(path, table.form, header=settings.header, delimiter=settings.delimiter)
            require_columns_of(table.form, rows.frame, target, name, path, settings.shown_data)
        except DataError:
            if settings.delimiter is None:
                raise
            # Its delimiter may be another one, too.
            rows = read_rows(path, table.form, header=settings.header)
            require_columns_of(table.form, rows.frame, target, name, path, settings.shown_data)
        notes.extend(f"{name}: {note}" for note in rows.notes)
        known, note = known_rows(rows.frame, target)  # of a file of its own: one class alone is no mistake
        if known.height == 0:
            raise DataError(f'no row has a value of the target "{target}". Give rows whose answer is known.')
        notes.extend([f"{name}: {note}"] if note else [])
        return known, numbers_of_known(rows.frame[target])

    parts = divide(
        settings,
        frame[target],
        lambda chosen: (frame[chosen], numbers[chosen]),
        read,
        times=ordering(settings.time, frame),
        groups=None if settings.group is None else _codes(frame[find_column(frame, settings.group)]),
    )
    return parts, notes


def ordering(time: str | None, frame: pl.DataFrame) -> Shaped[np.ndarray, " rows"] | None:
    """The moment of each row, or another number in whose order the rows came about; NaN where it is missing.

    Args:
        time: The column, as the settings name it; None where rows have no order.
        frame: The rows.

    Raises:
        DataError: there is no such column, or it holds neither dates nor numbers.
    """
    if time is None:
        return None
    column = frame[find_column(frame, time)]
    if not (column.dtype.is_temporal() or column.dtype.is_numeric()):
        raise DataError(
            f'column "{column.name}" holds {"text" if column.dtype == pl.String else column.dtype}; --time needs dates or numbers. '
            f"If it holds dates in a form that is not known, say so: --type {column.name}=date."
        )
    return column.to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _codes(groups: pl.Series) -> Shaped[np.ndarray, " rows"]:
    if (missing := groups.null_count()) > 0:
        raise DataError(
            f'column "{groups.name}": {missing} rows have no value, so their group is not known. Fill it in, or leave them out.'
        )
    return groups.rank("dense").cast(pl.Int64).to_numpy()


def _encoder(settings: Settings, frame: pl.DataFrame, train: pl.DataFrame, target: str) -> TargetEncoder:
    task: Task = settings.task or infer_task(frame[target])
    # All rows are checked, and all classes known; mean and deviation are the training rows' own.
    encoder = TargetEncoder.fit(frame[target], task)
    return TargetEncoder.fit(train[target], task) if task == "regression" else encoder
