"""The main job: settings -> data -> network -> training -> judgement -> run folder."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fallline.callbacks.progress import TrainingProgress
from fallline.errors import TrainingWarning
from fallline.experiment import network
from fallline.experiment.finish import Experiment as Experiment, finish, network_sentence, tell_data
from fallline.experiment.kept import run_folder
from fallline.experiment.preparation import prepare
from fallline.experiment.reasons import reasons
from fallline.experiment.record import Trained
from fallline.experiment.settings import Settings
from fallline.experiment.tables import by_name
from fallline.experiment.threshold import check_threshold
from fallline.experiment.training import train


def run_experiment(
    settings: Settings,
    *,
    out: str | Path | None = None,
    force: bool = False,
    progress: TrainingProgress | None = None,
    announce: Callable[[str], None] | None = None,
    rows: Any = None,
) -> Experiment:
    """Trains a network as the settings say and writes its run folder.

    A training that diverges, or is interrupted by Ctrl-C after its first step, is judged and written like any
    other; `report.outcome` tells.

    Args:
        settings: What to train on, and how.
        out: The run folder; None for `runs/<data>-<number>`.
        force: Write over the run that is in the folder; it stays until the new model is written.
        progress: Shows the training while it runs.
        announce: Called with each sentence about what was found and chosen.
        rows: A data frame (pandas, polars, pyarrow, ...) to train on; `settings.data` is then its name.

    Raises:
        UsageError: the settings do not fit the data, or the run folder exists.
        DataError: the data cannot be used, or the folder cannot be written.
        KeyboardInterrupt: interrupted before the first step was done (no folder is left), or during
            the scoring after the training (model, settings and history are written).
    """
    say = announce or (lambda _: None)
    run_folder.check_free(out, force=force)
    network.check_names(settings)
    settings = network.with_effort(settings)
    prepared = prepare(settings, rows)
    check_threshold(settings, prepared)
    if settings.folds is not None or settings.ensemble is not None:
        # Only here: one network needs no population.
        from fallline.experiment.populations.joined import run_joined

        tell_data(settings, prepared, say)
        return run_joined(settings, prepared, out, force=force, quiet=progress is None, say=say)
    given, about = settings, network.facts(prepared)
    settings = network.with_defaults(
        settings,
        about,
        watched=prepared.validation is not None,
        own_test=prepared.own_test,
    )
    why = reasons(given, settings, about)
    settings = by_name(settings, prepared)
    model = network.build(settings, prepared)
    tell_data(settings, prepared, say)
    say(network_sentence(settings, prepared, model))
    folder = run_folder.claim(out, settings.name, force=force)
    try:
        # What they say, the verdict says.
        with warnings.catch_warnings(action="ignore", category=TrainingWarning):
            history, seconds = train(model, settings, prepared, progress)
    except BaseException:
        folder.discard()
        raise
    return finish(Trained(folder, settings, prepared, model, history, seconds, reasons=why), say)
