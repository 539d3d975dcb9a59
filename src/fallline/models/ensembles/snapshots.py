"""Several networks from one training: its rate falls in cycles, and each cycle leaves a network."""

from __future__ import annotations

from typing import Any

from fallline._ranges import POSITIVE, checked_number, whole
from fallline._schedule import Schedule
from fallline._tree import replace
from fallline.errors import UsageError
from fallline.models.cloning import clone_model
from fallline.models.ensembles.ensemble import Ensemble
from fallline.models.model import Model
from fallline.optimizers.schedules import CosineDecayRestarts


def snapshot_ensemble(
    model: Model,
    x: Any,
    y: Any = None,
    *,
    epochs: int,
    cycles: int = 5,
    last: int | None = None,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    **fit: Any,
) -> Ensemble:
    """Trains a model for some cycles, and makes an ensemble of what it was at the ends of the last of them.

        rate(t) = rate_0 / 2 (cos(pi mod(t, C) / C) + 1),  C = the steps of a cycle

    Each restart of the rate drives the weights out of the minimum that they had reached, so that the networks differ; all
    together cost what one training of so many epochs costs. The model ends as the last of them.

    Args:
        model: The model, compiled.
        x: Inputs.
        y: Targets.
        epochs: Epochs of the whole training; a multiple of the cycles, of at least one each.
        cycles: How many cycles there are.
        last: How many networks, from the last cycle back, the ensemble has; None: all.
        learning_rate: The rate at the beginning of each cycle; None: the optimizer's.
        batch_size: Rows per step, 32 by default.
        fit: Further arguments of `Model.fit`.

    Raises:
        UsageError: a number is not what it must be, or the optimizer has no rate or a schedule of its own.
        NotReadyError: the model is not compiled.
        DataError, ShapeError: the data do not fit.

    Source: Huang et al., Snapshot ensembles: train 1, get M for free (2017), equation 2.
    """
    cycles, epochs = (
        whole("snapshot_ensemble: cycles", cycles, 1),
        whole("snapshot_ensemble: epochs", epochs, 1),
    )
    last = cycles if last is None else whole("snapshot_ensemble: last", last, 1)
    if epochs % cycles:
        raise UsageError(
            f"snapshot_ensemble: {epochs} epochs are no {cycles} cycles of whole epochs. Take {max(1, epochs // cycles) * cycles}."
        )
    if last > cycles:
        raise UsageError(
            f"snapshot_ensemble: last={last} networks of {cycles} cycles; take {cycles} or fewer."
        )
    if "initial_epoch" in fit:
        raise UsageError("snapshot_ensemble: it begins at the first epoch; leave initial_epoch out.")
    _in_cycles(model, learning_rate, _steps(model, x, batch_size, fit) * (epochs // cycles))
    members = []
    for cycle in range(cycles):
        first = cycle * (epochs // cycles)
        model.fit(x, y, batch_size, first + epochs // cycles, initial_epoch=first, **fit)
        if cycle >= cycles - last:
            members.append(_snapshot(model))
    return Ensemble(members)


def _in_cycles(model: Model, learning_rate: float | None, steps: int) -> None:
    """Gives the optimizer a rate that falls in cycles of so many steps."""
    arguments = model.compile_arguments()
    optimizer = arguments["optimizer"]
    kind = type(optimizer).__name__
    if not optimizer.has_one_rate:
        raise UsageError(
            f"snapshot_ensemble: {kind} has no learning rate that could fall. Use SGD or Adam, say."
        )
    rate = optimizer.learning_rate if learning_rate is None else learning_rate
    if isinstance(rate, Schedule):
        raise UsageError(
            f"snapshot_ensemble: the learning rate of {kind} is the schedule {type(rate).__name__}. Pass learning_rate=, the "
            "rate at the beginning of each cycle, which then takes its place."
        )
    rate = checked_number("snapshot_ensemble: learning_rate", rate, POSITIVE)
    schedule = CosineDecayRestarts(rate, first_decay_steps=steps, t_mul=1.0)
    model.compile(**arguments | {"optimizer": replace(optimizer, learning_rate=schedule)})


def _steps(model: Model, x: Any, batch_size: int | None, fit: dict[str, Any]) -> int:
    """Steps of an epoch."""
    if fit.get("steps_per_epoch") is not None:
        return whole("snapshot_ensemble: steps_per_epoch", fit["steps_per_epoch"], 1)
    rows = model._checked_rows(x).rows
    if fit.get("validation_split") and fit.get("validation_data") is None:
        rows = int(rows * (1 - fit["validation_split"]))
    return -(-rows // (32 if batch_size is None else batch_size))


def _snapshot(model: Model) -> Model:
    copy = clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile(**model.compile_arguments())
    return copy
