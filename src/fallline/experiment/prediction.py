"""New rows in, a trained network's answers out, row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline._files import written_whole
from fallline.data.bundled import bundled_set
from fallline.data.images import ImagePreprocessor, read_images
from fallline.data.reading import read_rows
from fallline.data.tables.address import without_password
from fallline.errors import DataError, UsageError
from fallline.experiment.answers import answers
from fallline.experiment.preparation import is_bundled, is_images
from fallline.experiment.saved_run import SavedRun, open_run

SIGNIFICANT_DIGITS = 7
"""What float32 holds; more would be noise."""


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
    if isinstance(run.preprocessor, ImagePreprocessor):
        if not is_images(str(data)):
            raise DataError(
                f'the model was trained on arrays; "{without_password(str(data))}" is no .npz file with x.'
            )
        images = read_images(data, need_target=False)
        return predictions(run, run.preprocessor.transform(images.x))
    if is_images(str(data)):
        raise DataError(f'the model was trained on a table; "{data}" holds arrays.')
    assert run.form is not None
    say = announce or (lambda _: None)
    source = bundled_set(data).frame if isinstance(data, str) and is_bundled(data) else data
    rows = read_rows(source, run.form, **options)
    for note in (*rows.notes, *run.preprocessor.check(rows.frame, fill=fill)):
        say(note)
    table = predictions(run, run.preprocessor.transform(rows.frame, fill=fill))
    if not outside:
        return table
    return table.with_columns(
        pl.Series("outside", run.preprocessor.outside(rows.frame, fill=fill), pl.String)
    )


def predictions(run: SavedRun, x: Any) -> pl.DataFrame:
    """The table of predictions for inputs as the preprocessing gives them."""
    said = answers(run.model, run.target, x)
    if run.target.task == "regression":
        return pl.DataFrame({"prediction": said}).select(pl.all().round_sig_figs(SIGNIFICANT_DIGITS))
    decided = run.target.decode(run.target.decide(said)).tolist()
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
