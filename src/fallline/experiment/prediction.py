"""New rows in, a trained network's answers out, row by row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline._files import written_whole
from fallline.data.bundled import bundled_set
from fallline.data.images import ImagePreprocessor, read_images
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.tables import read_table
from fallline.errors import DataError, UsageError
from fallline.experiment.answers import answers
from fallline.experiment.preparation import is_bundled, is_images
from fallline.experiment.saved_run import SavedRun, open_run

SIGNIFICANT_DIGITS = 7
"""What float32 holds; more would be noise."""


def predict_rows(
    run_or_model: str | Path, data: str, *, header: bool | None = None, delimiter: str | None = None
) -> pl.DataFrame:
    """The predictions for each row of a file, in its order.

    Args:
        run_or_model: A run folder or its model file.
        data: A table or images like those of the training, with or without the target; or a bundled set's name.
        header: Whether the first row of a CSV file holds names; None to take it as in the training.
        delimiter: The sign between columns of a CSV file; None to detect it.

    Returns:
        The table: `prediction`, and for classes `probability_<class>`.

    Raises:
        SavedFileError: the model cannot be read.
        DataError: the rows cannot be read, or are not like those of the training.
    """
    run = open_run(run_or_model)
    if isinstance(run.preprocessor, ImagePreprocessor):
        if not is_images(data):
            raise DataError(f'the model was trained on arrays; "{data}" is no .npz file with x.')
        images = read_images(data, need_target=False)
        return predictions(run, run.preprocessor.transform(images.x))
    if is_images(data):
        raise DataError(f'the model was trained on a table; "{data}" holds arrays.')
    frame = _rows(run.preprocessor, data, header, delimiter)
    return predictions(run, run.preprocessor.transform(frame))


def predictions(run: SavedRun, x: Any) -> pl.DataFrame:
    """The table of predictions for inputs as the preprocessing gives them."""
    said = answers(run.model, run.target, x)
    if run.target.task == "regression":
        return pl.DataFrame({"prediction": said}).select(pl.all().round_sig_figs(SIGNIFICANT_DIGITS))
    decided = run.target.decode(np.argmax(said, axis=1)).tolist()
    shares = {f"probability_{label}": said[:, code] for code, label in enumerate(run.target.class_names)}
    rounded = pl.DataFrame(shares).select(pl.all().round_sig_figs(SIGNIFICANT_DIGITS))
    return rounded.insert_column(0, pl.Series("prediction", decided))


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


def _rows(
    preprocessor: TablePreprocessor, data: str, header: bool | None, delimiter: str | None
) -> pl.DataFrame:
    if is_bundled(data):
        return bundled_set(data).frame
    by_position = tuple(f"column_{k + 1}" for k in range(len(preprocessor.table_columns)))
    if header is None and preprocessor.table_columns != by_position:
        # The training's columns have names, so these have: a guess from a few new rows could go wrong.
        header = True
    return read_table(data, header=header, delimiter=delimiter, minimum_rows=1, types=preprocessor.typed)
