"""Learning rates that rise and fall: a triangle again and again, or one cycle over the whole run."""

from __future__ import annotations

import dataclasses
from typing import final

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import FRACTION, NOT_NEGATIVE, POSITIVE, choice, flag, number, within
from fallline._tree import static, tree
from fallline._types import Number, Scalar
from fallline.optimizers.schedules.schedule import LearningRateSchedule, in_one_type, schedules


@schedules.register()
@final
@tree
class CyclicalLearningRate(LearningRateSchedule):
    """Rises in a straight line to a top and falls back, again and again.

    rate(t) = initial + (maximal - initial) * max(0, 1 - |t / step_size - 2 c + 1|) * s,
    c = floor(1 + t / (2 step_size)) the number of the cycle

    with the scale s = 1 ("triangular"), 1 / 2^(c - 1) ("triangular2": each top half as high), or gamma^t
    ("exp_range").

    Attributes:
        initial_learning_rate: The rate at the foot of each triangle.
        maximal_learning_rate: The rate at the first top.
        step_size: Steps from the foot to the top, above 0; Smith advises 2 to 8 epochs.
        mode: "triangular", "triangular2" or "exp_range".
        gamma: Factor from step to step of "exp_range".
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range, or there is no such mode.

    Source:
        Smith: Cyclical learning rates for training neural networks, 2017, section 3.
    """

    initial_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    maximal_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    step_size: Number = dataclasses.field(metadata=within(POSITIVE))
    mode: str = choice("triangular", "triangular", "triangular2", "exp_range")
    gamma: Number = number(1.0, NOT_NEGATIVE)
    name: str = static(default="CyclicalLearningRate")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, low, high, step_size, gamma = in_one_type(
            step, self.initial_learning_rate, self.maximal_learning_rate, self.step_size, self.gamma
        )
        cycle = jnp.floor(1 + t / (2 * step_size))
        height = (high - low) * jnp.maximum(0, 1 - jnp.abs(t / step_size - 2 * cycle + 1))
        if self.mode == "triangular2":
            height = height * 2 ** (1 - cycle)
        elif self.mode == "exp_range":
            height = height * gamma**t
        return low + height


@schedules.register()
@final
@tree
class OneCycle(LearningRateSchedule):
    """Rises to a top in the first part of the run and falls far below its start by the end.

    rate(t) = a + (b - a) * (1 - cos(pi * f)) / 2 ("cos"),  a + (b - a) * f ("linear")

    with f the passed fraction of a phase from a to b: from maximal / div_factor to maximal in the steps 0 to
    pct_start * T - 1, and from there to maximal / (div_factor * final_div_factor) at step T - 1, T = total_steps. With `three_phase` it first falls back to its start in as many steps
    as it rose, and then to the end, as in the paper. After step T - 1 it stays there.

    The momentum that Smith lowers while the rate is high is such a schedule too, upside down:
    `momentum=OneCycle(0.85, T, div_factor=0.85 / 0.95, final_div_factor=1)` goes from 0.95 to 0.85 and back.

    Attributes:
        maximal_learning_rate: The rate at the top.
        total_steps: T, steps of the run (epochs times steps per epoch), above 0.
        pct_start: Share of the steps in which the rate rises, between 0 and 1.
        anneal_strategy: "cos" or "linear".
        div_factor: The top over the start, above 0.
        final_div_factor: The start over the end, above 0.
        three_phase: Whether the way down has a stop at the start's rate.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range, or there is no such strategy.

    Source:
        Smith: A disciplined approach to neural network hyper-parameters, 2018, section 4.1. Arguments, defaults
        and steps are those of PyTorch's OneCycleLR.
    """

    maximal_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    total_steps: Number = dataclasses.field(metadata=within(POSITIVE))
    pct_start: Number = number(0.3, FRACTION)
    anneal_strategy: str = choice("cos", "cos", "linear")
    div_factor: Number = number(25.0, POSITIVE)
    final_div_factor: Number = number(1e4, POSITIVE)
    three_phase: bool = flag(False)
    name: str = static(default="OneCycle")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, top, total, share, divisor, final = in_one_type(
            step,
            self.maximal_learning_rate,
            self.total_steps,
            self.pct_start,
            self.div_factor,
            self.final_div_factor,
        )
        start, rise, last = top / divisor, share * total - 1, total - 1
        if not self.three_phase:
            down = self._between(top, start / final, t - rise, last - rise)
        else:
            back = 2 * rise
            down = jnp.where(
                t <= back,
                self._between(top, start, t - rise, back - rise),
                self._between(start, start / final, t - back, last - back),
            )
        return jnp.where(t <= rise, self._between(start, top, t, rise), down)

    def _between(self, first: Scalar, last: Scalar, passed: Scalar, steps: Scalar) -> Scalar:
        # A phase shorter than a step holds its first step alone; the division must stay finite.
        fraction = jnp.clip(passed / jnp.where(steps > 0, steps, 1), 0, 1)
        if self.anneal_strategy == "linear":
            return first * (1 - fraction) + last * fraction
        return last + (first - last) / 2 * (1 + jnp.cos(jnp.pi * fraction))
