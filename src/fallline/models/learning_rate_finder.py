"""Which learning rate to begin with: the range test."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from fallline._ranges import POSITIVE, checked_number, whole
from fallline._tree import replace
from fallline.engine import Boundary, Plan, run
from fallline.engine.learning_rate_rule import require_constant_rate
from fallline.errors import UsageError
from fallline.models.model import Model
from fallline.optimizers import Optimizer
from fallline.optimizers.schedules import ExponentialDecay
from fallline.own.shown import fields_shown
from fallline.training.rows import BATCH_SIZE, require_counts, training_data

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMOOTHING = 0.9
"""Share of the losses so far in the smoothed loss: about ten steps count."""
SETTLED = 10
"""Steps at the beginning in which the smoothed loss is not yet smooth."""
EXPLOSION = 4.0
"""The curve ends where the smoothed loss is so many times its lowest value."""
MEDIAN_OF_NORMAL = 0.6745
"""The median magnitude of a normal variable, in standard deviations."""
NOTICEABLE = 0.01
"""The share of the first losses by which the smoothed loss has to fall for the test to say anything."""
BEYOND_CHANCE = 3.0
"""Standard errors by which it has to fall besides: the loss of one batch differs from that of the next. Of losses
that scatter around one value, about one test in twenty sees a fall."""


@dataclasses.dataclass(frozen=True)
class LearningRateRange:
    """What a range test found.

    Attributes:
        rates: The learning rate of each step (steps,), rising by a constant factor.
        losses: The loss of each step's batch (steps,), before the step; not finite once training has diverged.
        smoothed: Moving average of the losses (steps,), free of the bias of its beginning; not finite where the
            losses are not.
        steepest: The rate at which the smoothed loss falls fastest, per factor of the rate; None: it never fell.
        lowest: The rate at which the smoothed loss is lowest; None: it never fell.
        suggestion: The rate to begin with: the smaller of `steepest` and a tenth of `lowest`, and no smaller than the
            first rate; None: it never fell beyond what the differences between batches explain, so that other rates,
            more steps, or larger batches have to be tried.
    """

    __repr__ = fields_shown

    rates: Float[np.ndarray, " steps"]
    losses: Float[np.ndarray, " steps"]
    smoothed: Float[np.ndarray, " steps"]
    steepest: float | None
    lowest: float | None
    suggestion: float | None

    @staticmethod
    def of(rates: Float[np.ndarray, " steps"], losses: Float[np.ndarray, " steps"]) -> LearningRateRange:
        """What follows from the losses of a run with rising rates."""
        smoothed = _smoothed(losses)
        fall = _fall(losses, smoothed)
        if fall is None:
            return LearningRateRange(rates, losses, smoothed, None, None, None)
        first, lowest = fall
        slope = np.gradient(smoothed[first : lowest + 1], np.log(rates[first : lowest + 1]))
        steepest = float(rates[first + int(np.argmin(slope))])
        suggestion = max(min(steepest, float(rates[lowest]) / 10), float(rates[0]))
        return LearningRateRange(rates, losses, smoothed, steepest, float(rates[lowest]), suggestion)

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draws the loss over the learning rate, with the suggestion.

        Args:
            path: Where to write it as a PNG file, or None.
        """
        from matplotlib.figure import Figure

        from fallline.report.figures.style import (
            MARK_COLOUR,
            TRAIN_COLOUR,
            VALIDATION_COLOUR,
            save_figure,
        )

        shown = slice(0, _end(self.smoothed))
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        axis = figure.subplots()
        axis.plot(
            self.rates[shown],
            self.losses[shown],
            color=TRAIN_COLOUR,
            linewidth=0.8,
            label="loss of each step",
        )
        axis.plot(self.rates[shown], self.smoothed[shown], color=VALIDATION_COLOUR, label="smoothed")
        if self.suggestion is not None:
            axis.axvline(self.suggestion, color=MARK_COLOUR, linestyle="--", linewidth=1, label="suggestion")
        axis.set_xscale("log")
        axis.set_xlabel("learning rate (log scale, one step each)")
        axis.set_ylabel("training loss of the step's batch")
        axis.legend(frameon=False, fontsize=8)
        axis.grid(alpha=0.2)
        axis.set_title(self._finding(), fontsize=10)
        if path is not None:
            save_figure(figure, Path(path))
        return figure

    def _finding(self) -> str:
        if self.suggestion is None:
            return f"No learning rate from {self.rates[0]:.2g} to {self.rates[-1]:.2g} lowers the loss beyond chance: take more steps"
        return f"Begin with a learning rate of about {self.suggestion:.1g}: the loss falls up to {self.lowest:.2g}"


class _StepLosses:
    """Keeps the losses of the steps of the one epoch."""

    granularity = "boundary"

    def __init__(self) -> None:
        self.losses: Float[np.ndarray, " steps"] = np.zeros(0)

    def at_boundary(self, boundary: Boundary) -> None:
        self.losses = np.array(boundary.state.step_losses, np.float64)


def find_learning_rate(
    model: Model,
    x: Any,
    y: Any = None,
    *,
    smallest: float = 1e-7,
    largest: float = 10.0,
    steps: int = 100,
    batch_size: int = BATCH_SIZE,
    sample_weight: Any = None,
    seed: int = 0,
) -> LearningRateRange:
    """Trains with a learning rate that rises from step to step, and looks where the loss falls and where it explodes.

    rate(t) = smallest * (largest / smallest)**(t / (steps - 1)), t = 0 ... steps - 1

    It is one run of `steps` steps in the same compiled loop as `fit`, from the model's weights and with a fresh
    state of its optimizer. The model is left as it was: weights, optimizer, history.

    Args:
        model: A compiled model.
        x: Inputs, as for `fit`.
        y: Targets, as for `fit`.
        smallest: The first learning rate.
        largest: The last one.
        steps: Steps in between, each a batch; several passes over the data where there are fewer batches.
        batch_size: Rows per step; take the one that you train with, since the best rate depends on it.
        sample_weight: One weight per row.
        seed: Decides data order and dropout.

    Returns:
        Rates, losses, and a rate to begin with.

    Raises:
        NotReadyError: the model is not compiled.
        DataError, ShapeError: the data do not fit the model or the loss.
        UsageError: an argument is wrong, or the optimizer has no learning rate that can be set.

    Source: Smith, Cyclical learning rates for training neural networks (2017), section 3.3. Smoothing and the end of
        the curve are Gugger's, How do you find a good learning rate (2018).
    """
    smallest = checked_number("find_learning_rate: smallest", smallest, POSITIVE)
    largest = checked_number("find_learning_rate: largest", largest, POSITIVE)
    steps = whole("find_learning_rate: steps", steps, least=2)
    require_counts(batch_size=batch_size)
    if largest <= smallest:
        raise UsageError(
            f"find_learning_rate: largest must be above smallest, got {smallest:g} to {largest:g}."
        )
    losses = _StepLosses()
    data = training_data(model._prepared_rows, x, y, sample_weight)
    objective = model.objective(data.train)
    plan = Plan(
        optimizer=_with_rising_rate(model.optimizer, smallest, largest, steps),
        batch_size=batch_size,
        steps_per_epoch=steps,
        seed=seed,
    )
    run(objective, data, plan, variables=model.run_variables, observers=[losses])
    rates = smallest * (largest / smallest) ** (np.arange(steps) / (steps - 1))
    return LearningRateRange.of(rates, losses.losses)


def _with_rising_rate(optimizer: Optimizer | None, smallest: float, largest: float, steps: int) -> Optimizer:
    assert optimizer is not None  # the model is compiled
    require_constant_rate("find_learning_rate", optimizer)
    return replace(optimizer, learning_rate=ExponentialDecay(smallest, steps - 1, largest / smallest))


def _smoothed(losses: Float[np.ndarray, " steps"]) -> Float[np.ndarray, " steps"]:
    smoothed, average = np.empty(len(losses)), 0.0
    for step, loss in enumerate(losses):
        average = SMOOTHING * average + (1 - SMOOTHING) * float(loss)
        smoothed[step] = average / (1 - SMOOTHING ** (step + 1))
    return smoothed


def _end(smoothed: Float[np.ndarray, " steps"]) -> int:
    """Steps before the smoothed loss explodes."""
    lowest = math.inf
    for step, loss in enumerate(smoothed):
        if not math.isfinite(loss) or (lowest > 0 and loss > EXPLOSION * lowest):
            return step
        lowest = min(lowest, float(loss))
    return len(smoothed)


def _fall(
    losses: Float[np.ndarray, " steps"], smoothed: Float[np.ndarray, " steps"]
) -> tuple[int, int] | None:
    """Where the smoothed loss begins to fall, and where it is lowest before it explodes; None where it never fell.

    The noise of a loss is judged by the differences of successive ones, which a trend hardly touches.
    """
    curve = smoothed[: _end(smoothed)]
    settled = min(SETTLED, len(curve) // 4)
    if len(curve) < 3:
        return None
    start = float(np.mean(losses[: settled + 1]))
    lowest = settled + int(np.argmin(curve[settled:]))
    # By the median, and only up to the lowest: beyond, the rate makes the losses jump, and not the batches.
    jumps = np.abs(np.diff(losses[: max(lowest, 2 * settled, 1) + 1]))
    noise = float(np.median(jumps)) / (math.sqrt(2) * MEDIAN_OF_NORMAL)
    # Of the mean of the first losses, and of a moving average: (1 - s) / (1 + s) of the variance of one.
    error = noise * math.sqrt(1 / (settled + 1) + (1 - SMOOTHING) / (1 + SMOOTHING))
    threshold = max(NOTICEABLE * abs(start), BEYOND_CHANCE * error)
    if lowest == 0 or start - curve[lowest] <= threshold:
        return None
    # The last step that chance alone might explain.
    still = np.flatnonzero(curve[:lowest] >= start - threshold)
    first = int(still[-1]) if len(still) else 0
    return min(first, lowest - 1), lowest
