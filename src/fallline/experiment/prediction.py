"""New rows in, a trained network's answers out, row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float

from fallline._files import written_whole
from fallline.data.bundled import bundled_set
from fallline.data.images import ImagePreprocessor, read_images
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.reading import read_rows
from fallline.data.tables.address import without_password
from fallline.data.target import TargetEncoder
from fallline.errors import DataError, UsageError, suggestion
from fallline.experiment.answers import answers
from fallline.experiment.preparation import is_bundled, is_images
from fallline.experiment.run_folder import BASELINES
from fallline.experiment.saved_run import SavedRun, open_run

NETWORK = "network"
MODELS = (NETWORK, *BASELINES)
"""The models of a run that can be asked."""

SIGNIFICANT_DIGITS = 7
"""What float32 holds; more would be noise."""


def predict_rows(
    run_or_model: str | Path,
    data: Any,
    *,
    fill: bool = False,
    outside: bool = False,
    model: str = NETWORK,
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
        model: Which of the run's models is asked: the `network`, or a baseline that the run folder keeps, `linear` or
            `boosting`.
        announce: Called with each sentence about what is odd in these rows.
        **options: How the source is read: `header`, `delimiter`, `sheet`, `table`, `query` as in `Settings`.

    Returns:
        The table: `prediction`, for classes `probability_<class>`, and `outside` where it is asked for:
        `age = 430; city = Ulm`.

    Raises:
        UsageError: there is no such model.
        SavedFileError: the model cannot be read.
        DataError: the rows cannot be read, or are not like those of the training.
    """
    if model not in MODELS:
        raise UsageError(f'unknown model "{model}". {suggestion(model, MODELS)}')
    say = announce or (lambda _: None)
    run = open_run(run_or_model)
    if isinstance(run.preprocessor, ImagePreprocessor):
        if not is_images(str(data)):
            raise DataError(
                f'the model was trained on arrays; "{without_password(str(data))}" is no .npz file with x.'
            )
        images = read_images(data, need_target=False)
        return answer_table(*_answers(run, run_or_model, model, images.x, fill, say))
    if is_images(str(data)):
        raise DataError(f'the model was trained on a table; "{data}" holds arrays.')
    assert run.form is not None
    source = bundled_set(data).frame if isinstance(data, str) and is_bundled(data) else data
    rows = read_rows(source, run.form, **options)
    for note in (*rows.notes, *run.preprocessor.check(rows.frame, fill=fill)):
        say(note)
    table = answer_table(*_answers(run, run_or_model, model, rows.frame, fill, say))
    if not outside:
        return table
    return table.with_columns(
        pl.Series("outside", run.preprocessor.outside(rows.frame, fill=fill), pl.String)
    )


def _answers(
    run: SavedRun, run_or_model: str | Path, model: str, rows: Any, fill: bool, say: Callable[[str], None]
) -> tuple[TargetEncoder, Float[np.ndarray, "rows ..."]]:
    """What a model of the run says about rows, and the target whose words it uses."""
    if model == NETWORK:
        table = isinstance(run.preprocessor, TablePreprocessor)
        inputs = run.preprocessor.transform(rows, **({"fill": fill} if table else {}))
        return run.target, answers(run.model, run.target, inputs)
    # Only here: the network needs no scikit-learn.
    from fallline.experiment.baselines.kept import read_baseline

    path = Path(run_or_model)
    folder = path if path.is_dir() else path.parent
    baseline, target = read_baseline(folder / BASELINES[model], model, run.preprocessor, run.target, say)
    return target, baseline.answers_of_new(rows, target, fill=fill)


def answer_table(target: TargetEncoder, said: Float[np.ndarray, "rows ..."]) -> pl.DataFrame:
    """The table of predictions: `prediction`, and for classes `probability_<class>`."""
    if target.task == "regression":
        return pl.DataFrame({"prediction": said}).select(pl.all().round_sig_figs(SIGNIFICANT_DIGITS))
    decided = target.decode(target.decide(said)).tolist()
    shares = {f"probability_{label}": said[:, code] for code, label in enumerate(target.class_names)}
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
