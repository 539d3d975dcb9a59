"""One network trained as the main job trains it."""

from __future__ import annotations

import time

from fallline.callbacks import Callback
from fallline.callbacks.progress import TrainingProgress
from fallline.engine import Rule
from fallline.experiment import network
from fallline.experiment.parts import Prepared
from fallline.experiment.record import outcome_of
from fallline.experiment.settings import Settings
from fallline.history import History
from fallline.models import Sequential


def train(
    model: Sequential, settings: Settings, prepared: Prepared, progress: TrainingProgress | None
) -> tuple[History, float]:
    """Trains a network, and gives its record and the seconds that took, with compiling.

    Args:
        model: The network, compiled.
        settings: Its complete settings.
        prepared: The data.
        progress: Shows the training while it runs.

    Raises:
        KeyboardInterrupt: interrupted before the first step was done; later it is kept as it is.
    """
    validation = prepared.validation
    assert settings.epochs is not None
    callbacks: list[Callback | Rule] = [*network.rules(settings, watched=validation is not None)]
    callbacks += [] if progress is None else [progress]
    start = time.perf_counter()
    try:
        model.fit(
            prepared.train.x,
            prepared.train.y,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            verbose=0,
            callbacks=callbacks,
            validation_data=None if validation is None else (validation.x, validation.y),
            seed=settings.seed,
        )
    except KeyboardInterrupt:
        # Before the first step there is nothing to keep.
        if model.history is None or not (model.history.epoch or outcome_of(model.history).step):
            raise
    finally:
        if progress is not None:
            progress.close()
    assert model.history is not None
    return model.history, time.perf_counter() - start
