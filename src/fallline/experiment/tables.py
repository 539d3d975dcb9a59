"""From a table to the arrays of a run: read, find the target, split, learn the preprocessing, encode."""

from __future__ import annotations

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.encoders import to_numbers
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.tables import find_column, infer_types, read_table
from fallline.data.target import TargetEncoder, Task, infer_task, known_rows, rows_with_target
from fallline.errors import DataError, UsageError
from fallline.experiment.parts import Part, Prepared, divide
from fallline.experiment.settings import Settings

MAX_NAMES_SHOWN = 8


def prepare_file(settings: Settings) -> Prepared:
    """The arrays of a run on a table in a file.

    Raises:
        DataError: the file, a column or the target cannot be used.
        UsageError: no target is named, or a part of the rows would be empty.
    """
    frame = read_table(
        settings.data, header=settings.header, delimiter=settings.delimiter, column=settings.target
    )
    return prepare_frame(settings, frame)


def prepare_frame(settings: Settings, frame: pl.DataFrame) -> Prepared:
    """The arrays of a run on a table in memory.

    The preprocessing, and the scale of a number to be predicted, are learned from the training rows alone.

    Args:
        settings: Which column is the target, which are left out, and what becomes of the rows.
        frame: The table; also the test and validation rows unless these have files of their own.
    """
    target = _target_column(settings, frame)
    left_out = [find_column(frame, name) for name in settings.drop]
    if target in left_out:
        raise UsageError(f'column "{target}" is the target and cannot be left out with --drop.')
    for name, dtype in frame.schema.items():
        if dtype.is_float() and name not in (target, *left_out):
            to_numbers(frame[name])  # here, so that a row in the message is a row of the file
    frame, note = rows_with_target(frame, target)
    notes = [note] if note else []
    frames, more_notes = _divide(settings, frame, target)
    notes += more_notes
    preprocessor = TablePreprocessor.fit(frames["train"], target=target, drop=left_out)
    encoder = _encoder(settings, frame, frames["train"], target)
    parts = {
        name: Part(preprocessor.transform(part), encoder.encode(part[target]))
        for name, part in frames.items()
    }
    columns = len(preprocessor.encoders)
    features = len(preprocessor.feature_names)
    noun = "column" if columns == 1 else "columns"
    return Prepared(
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        preprocessor=preprocessor,
        target=encoder,
        inputs=f"{columns:,} {noun} as {features:,} features",
        notes=(*notes, *encoder.notes, *preprocessor.notes),
    )


def _target_column(settings: Settings, frame: pl.DataFrame) -> str:
    if settings.target is None:
        names = ", ".join(f'"{name}"' for name in frame.columns[:MAX_NAMES_SHOWN])
        more = ", ..." if frame.width > MAX_NAMES_SHOWN else ""
        raise UsageError(
            f"which column is to be predicted? Name it with --target. The columns are {names}{more}."
        )
    if frame.width < 2:
        raise DataError(
            f'"{settings.data}" has one column only, "{frame.columns[0]}": nothing to predict it from. '
            "If columns run together, give --delimiter."
        )
    return find_column(frame, settings.target)


def _divide(
    settings: Settings, frame: pl.DataFrame, target: str
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """The frame of each part that there is, and notes about rows left out."""
    texts = {name for name, dtype in frame.schema.items() if dtype == pl.String}
    notes = []

    def read(name: str, path: str) -> pl.DataFrame:
        rows = read_table(
            path,
            header=settings.header,
            delimiter=settings.delimiter,
            column=target,
            minimum_rows=1,
            types=lambda cells: infer_types(cells, texts),
        )
        find_column(rows, target)
        known, note = known_rows(rows, target)  # of a file of its own: one class alone is no mistake
        if known.height == 0:
            raise DataError(f'no row has a value of the target "{target}". Give rows whose answer is known.')
        notes.extend([f"{name}: {note}"] if note else [])
        return known

    return divide(settings, frame[target], lambda chosen: frame[chosen], read), notes


def _encoder(settings: Settings, frame: pl.DataFrame, train: pl.DataFrame, target: str) -> TargetEncoder:
    task: Task = settings.task or infer_task(frame[target])
    # All rows are checked, and all classes known; mean and deviation are the training rows' own.
    encoder = TargetEncoder.fit(frame[target], task)
    return TargetEncoder.fit(train[target], task) if task == "regression" else encoder
