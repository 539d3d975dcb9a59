"""New rows in, a trained network's answers out, row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline._files import written_whole
from fallline.errors import UsageError
from fallline.experiment.answers import answer_table, answers_of
from fallline.experiment.kept_program import keep_prediction, kept_outputs
from fallline.experiment.rows_in import RowsIn
from fallline.experiment.saved_run import open_run


def predict_rows(
    run_or_model: str | Path,
    data: Any,
    *,
    fill: bool = False,
    outside: bool = False,
    announce: Callable[[str], None] | None = None,
    **options: Any,
) -> pl.DataFrame:
    """The predictions for each row of a file, in its order.

    Args:
        run_or_model: A run folder or its model file.
        data: A table or images like those of the training, with or without the target: as `Settings.data`, or a
            data frame.
        fill: Whether a column that is missing counts as one without values; else it is an error.
        outside: Whether to say of each row in which columns it is far outside of what was trained on.
        announce: Called with each sentence about what is odd in these rows.
        **options: How the source is read: `header`, `delimiter`, `sheet`, `table`, `query` as in `Settings`.

    Returns:
        The table: `prediction`, for classes `probability_<class>`, and `outside` where it is asked for:
        `age = 430; city = Ulm`.

    Raises:
        SavedFileError: the model cannot be read.
        DataError: the rows cannot be read, or are not like those of the training.
    """
    run = open_run(run_or_model)
    rows = RowsIn.read(run, data, **options)
    rows.tell(announce or (lambda _: None), fill=fill)
    x = rows.inputs(fill=fill)
    outputs = kept_outputs(run.file, x)
    if outputs is None:
        outputs = run.model.predict(x, verbose=0)
        keep_prediction(run.model, run.file, x)
    table = answer_table(run.target, answers_of(run.target, outputs))
    return table.with_columns(rows.outside(fill=fill)) if outside else table


def write_predictions(table: pl.DataFrame, out: Path, *, source: str) -> None:
    """Writes the predictions as CSV, whole or not at all.

    Raises:
        UsageError: the file would take the place of the data.
        OSError: the file cannot be written.
    """
    if out.exists() and Path(source).exists() and out.samefile(source):
        raise UsageError(f'--out "{out}" is the data file itself; choose another.')
    if out.is_dir():
        raise UsageError(f'--out "{out}" is a folder; name a file in it.')
    if not out.parent.is_dir():
        raise UsageError(f'there is no folder "{out.parent}" for --out.')
    with written_whole(out) as file:
        file.write(table.write_csv().encode())
