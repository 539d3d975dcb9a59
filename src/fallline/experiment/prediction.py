"""New rows in, a trained network's answers out, row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float

from fallline._files import written_whole
from fallline.data.folded_preprocessing import FoldedPreprocessor
from fallline.data.target import TargetEncoder
from fallline.errors import UsageError, suggestion
from fallline.experiment.answers import answer_table, answers_of
from fallline.experiment.kept.program import keep_prediction, kept_outputs
from fallline.experiment.kept.rows_in import RowsIn
from fallline.experiment.kept.run_folder import BASELINES
from fallline.experiment.kept.saved_run import open_run

NETWORK = "network"
MODELS = (NETWORK, *BASELINES)
"""The models of a run that can be asked."""


def predict_rows(
    run_or_model: str | Path,
    data: Any,
    *,
    fill: bool = False,
    outside: bool = False,
    model: str = NETWORK,
    intervals: float | None = None,
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
        intervals: The share of new rows that their intervals, or sets of classes, are to hold; None for none. They come from
            the validation rows of the training (`calibration.ConformalIntervals`, `calibration.ConformalSets`).
        announce: Called with each sentence about what is odd in these rows.
        **options: How the source is read: `header`, `delimiter`, `sheet`, `table`, `query` as in `Settings`.

    Returns:
        The table: `prediction`, for classes `probability_<class>`; `lower` and `upper`, or `classes` (`cat | dog`), where
        intervals are asked for; `outside` where that is: `age = 430; city = Ulm`.

    Raises:
        UsageError: there is no such model, or intervals cannot be told of it at this level.
        SavedFileError: the model cannot be read.
        DataError: the rows cannot be read, or are not like those of the training.
    """
    if model not in MODELS:
        raise UsageError(f'unknown model "{model}". {suggestion(model, MODELS)}')
    if intervals is not None and model != NETWORK:
        raise UsageError(f'intervals are those of the network; leave out model "{model}", or the intervals.')
    say = announce or (lambda _: None)
    run = open_run(run_or_model)
    doubt = None if intervals is None else run.checked_doubt(intervals)
    rows = RowsIn.read(run, data, **options)
    rows.tell(say, fill=fill)
    if model == NETWORK:
        said = _of_network(rows, fill=fill)
        table = answer_table(run.target, said)
        if doubt is not None and intervals is not None:
            table = table.with_columns(doubt.columns(said, run.target.class_names, intervals))
    else:
        table = answer_table(*_of_baseline(rows, Path(run_or_model), model, fill=fill, say=say))
    return table.with_columns(rows.outside(fill=fill)) if outside else table


def _of_network(rows: RowsIn, *, fill: bool) -> Float[np.ndarray, "rows ..."]:
    """What the network says, by the program that was kept where there is one."""
    run, x = rows.run, rows.inputs(fill=fill)
    outputs = kept_outputs(run.file, x)
    if outputs is None:
        outputs = run.model.predict(x, verbose=0)
        keep_prediction(run.model, run.file, x)
    return answers_of(run.target, outputs)


def _of_baseline(
    rows: RowsIn, path: Path, model: str, *, fill: bool, say: Callable[[str], None]
) -> tuple[TargetEncoder, Float[np.ndarray, "rows ..."]]:
    """What a baseline of the run says, and the target whose words it uses."""
    # Only here: the network needs no scikit-learn.
    from fallline.experiment.baselines.kept import read_baseline

    run, folder = rows.run, path if path.is_dir() else path.parent
    preprocessor = run.preprocessor
    if isinstance(preprocessor, FoldedPreprocessor):
        preprocessor = preprocessor.base
    baseline, target = read_baseline(folder / BASELINES[model], model, preprocessor, run.target, say)
    given = rows.frame if rows.images is None else rows.images
    return target, baseline.answers_of_new(given, target, fill=fill)


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
