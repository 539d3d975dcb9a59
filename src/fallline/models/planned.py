"""From the arguments of `fit` to what a run takes: checked rows, the objective, and the plan."""

from __future__ import annotations

import dataclasses
from typing import Any

from fallline._ranges import truth
from fallline.engine import Data, Plan
from fallline.models import evaluation
from fallline.models.network_objective import NetworkObjective
from fallline.models.sense import warn_of_nonsense
from fallline.models.trainable import Trainable
from fallline.own.shown import fields_shown
from fallline.training import BATCH_SIZE, training_data
from fallline.training.rows import require_counts


@dataclasses.dataclass(frozen=True)
class Planned:
    """What `fit` is about to do.

    Attributes:
        objective: The model as the engine trains it.
        data: Training and validation rows, checked, in arrays of the run's own.
        plan: What to run, without rules and probes: these come with the callbacks.
    """

    __repr__ = fields_shown

    objective: NetworkObjective
    data: Data
    plan: Plan


def planned(
    model: Trainable,
    x: Any,
    y: Any = None,
    *,
    seed: int,
    batch_size: int | None = None,
    epochs: int = 1,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: bool = True,
    class_weight: Any = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: Any = 1,
    sampling: Any = None,
) -> Planned:
    """What training a model on data takes; the arguments are those of `Model.fit`.

    Raises:
        NotReadyError: the model is not compiled.
        DataError, ShapeError: the data do not fit the model or the loss.
        UsageError: an argument is wrong.

    Warns:
        DataWarning: the targets are none that the last layer, or a metric, can meet; the rows split off for
            validation are not like the others.
    """
    compiled = model._require_compiled()
    require_counts(batch_size=batch_size, validation_steps=validation_steps)
    batch_size = BATCH_SIZE if batch_size is None else batch_size
    data = training_data(
        model._prepared_rows,
        x,
        y,
        sample_weight,
        validation_data=validation_data,
        validation_split=validation_split,
        class_weight=class_weight,
        classes=model._classes,
        validation_rows=validation_steps and validation_steps * (validation_batch_size or batch_size),
    )
    model._warn_of_refreezing()
    objective = model.objective(data.train)
    warn_of_nonsense(
        model.network,
        compiled.losses(model.network),
        [(*head.metrics, *head.weighted_metrics) for head in objective.heads],
        data.train.y,
    )
    plan = Plan(
        optimizer=compiled.optimizer,
        epochs=epochs,
        batch_size=batch_size,
        initial_epoch=initial_epoch,
        steps_per_epoch=steps_per_epoch,
        shuffle=truth("fit: shuffle", shuffle),
        sampling=sampling,
        seed=seed,
        validation_batch_size=evaluation.rows_at_once(objective, validation_batch_size, batch_size),
        validation_freq=validation_freq,
    )
    return Planned(objective, data, plan)
