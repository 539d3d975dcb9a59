"""How far to go along a direction: the two searches, on the loss along the line, phi(t) = f(p + t d).

Near a minimum phi changes by less than its own rounding. Both searches therefore allow phi to rise by
`ROUNDING` units in the last place, so that the last steps of a quadratic convergence are taken and not refused
for noise; Wolfe's test of the slopes, which keep their digits longer, then decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Int

from fallline._types import Number, Scalar, as_dtype_of

SUFFICIENT_DECREASE = 1e-4
"""Armijo's c_1: the part of the decrease promised by the slope that has to come. Nocedal and Wright's value."""

HALVINGS = 30
"""Of the step in a backtracking search, to a billionth."""

ROUNDING = 10
"""Units in the last place by which a loss may rise for rounding."""


class Length(NamedTuple):
    """What a search found: the step t, 0 where none lowers the loss, and how often it evaluated the loss."""

    step: Scalar
    evaluations: Int[Array, ""]


def backtracking(phi: Callable[[Scalar], Scalar], value: Scalar, slope: Scalar, first: Number) -> Length:
    """The first of t, t/2, t/4, ... that lowers the loss enough (Armijo's condition).

    phi(t) <= phi(0) + c_1 t phi'(0)

    Along a direction that does not descend, the condition is phi(t) <= phi(0).

    Args:
        phi: The loss along the line.
        value: phi(0).
        slope: phi'(0).
        first: The first t.

    Source:
        Nocedal, Wright: Numerical optimization, 2006, algorithm 3.1.
    """
    wanted = SUFFICIENT_DECREASE * jnp.minimum(slope, 0)
    allowance = _allowance(value)

    def enough(step: Scalar, reached: Scalar) -> Bool[Array, ""]:
        return reached <= value + step * wanted + allowance

    def refused(carry: tuple[Scalar, Scalar, Array]) -> Bool[Array, ""]:
        return ~enough(carry[0], carry[1]) & (carry[2] <= HALVINGS)

    def halve(carry: tuple[Scalar, Scalar, Array]) -> tuple[Scalar, Scalar, Array]:
        step = carry[0] / 2
        return step, phi(step), carry[2] + 1

    start = as_dtype_of(first, value)
    step, reached, evaluations = lax.while_loop(
        refused, halve, (start, phi(start), jnp.asarray(1, jnp.int32))
    )
    return Length(jnp.where(enough(step, reached), step, 0), evaluations)


class Trial(NamedTuple):
    """A point of the line: t, phi(t), phi'(t)."""

    step: Scalar
    value: Scalar
    slope: Scalar


class Bracket(NamedTuple):
    """A search on its way: the best point, the other end of the interval where there is one, the next trial."""

    low: Trial
    high: Trial
    bracketed: Bool[Array, ""]
    trial: Trial
    evaluations: Int[Array, ""]


class Line(NamedTuple):
    """The loss along a direction, and what the conditions ask of it."""

    phi: Callable[[Scalar], Scalar]
    start: Trial
    flat: Scalar

    def at(self, step: Scalar) -> Trial:
        """Value and slope in one forward-mode pass, without a gradient."""
        return Trial(step, *jax.jvp(self.phi, (step,), (jnp.ones_like(step),)))

    def judge(self, search: Bracket) -> tuple[Bracket, Bool[Array, ""]]:
        """The interval after the trial, and whether the trial satisfies both conditions."""
        start, low, trial = self.start, search.low, search.trial
        limit = start.value + SUFFICIENT_DECREASE * trial.step * start.slope
        # Written so that a NaN is too high.
        too_high = ~(trial.value <= jnp.minimum(limit, low.value) + _allowance(start.value))
        end = jnp.where(search.bracketed, search.high.step, jnp.inf)
        passed = ~too_high & (trial.slope * (end - low.step) >= 0)
        high = _choose(too_high, trial, _choose(passed, low, search.high))
        search = search._replace(
            low=_choose(too_high, low, trial), high=high, bracketed=search.bracketed | too_high | passed
        )
        return search, ~too_high & (jnp.abs(trial.slope) <= self.flat)

    def advance(self, search: Bracket) -> Bracket:
        """The next trial: inside the interval, or beyond the last one where there is no interval yet."""
        judged, _ = self.judge(search)
        inside = _interpolated(judged.low, judged.high)
        beyond = _extrapolated(search.low, search.trial)
        trial = self.at(jnp.where(judged.bracketed, inside, beyond))
        return judged._replace(trial=trial, evaluations=search.evaluations + 1)


def strong_wolfe(
    phi: Callable[[Scalar], Scalar],
    value: Scalar,
    slope: Scalar,
    first: Scalar,
    flatness: Number,
    max_evaluations: Array | int,
) -> Length:
    """A step that lowers the loss enough and where the line has become flat (the strong Wolfe conditions).

    phi(t) <= phi(0) + c_1 t phi'(0)   and   |phi'(t)| <= c_2 |phi'(0)|

    The step grows until an interval holds such a point, which cubic interpolation then finds.

    Args:
        phi: The loss along the line.
        value: phi(0).
        slope: phi'(0), below 0.
        first: The first trial.
        flatness: c_2, between c_1 and 1; the smaller, the nearer to the minimum of the line.
        max_evaluations: After so many, the best point so far that lowers the loss enough.

    Source:
        Nocedal, Wright: Numerical optimization, 2006, algorithms 3.5 and 3.6, as one loop; equation 3.59.
        Hager, Zhang: A new conjugate gradient method with guaranteed descent and an efficient line search,
        2005 (the allowance for rounding).
    """
    origin = Trial(jnp.zeros_like(value), value, slope)
    line = Line(phi, origin, as_dtype_of(flatness, value) * jnp.abs(slope))

    def searching(search: Bracket) -> Bool[Array, ""]:
        return ~line.judge(search)[1] & (search.evaluations < max_evaluations)

    start = Bracket(origin, origin, jnp.asarray(False), line.at(first), jnp.asarray(1, jnp.int32))
    search = lax.while_loop(searching, line.advance, start)
    return Length(line.judge(search)[0].low.step, search.evaluations)


def _interpolated(low: Trial, high: Trial) -> Scalar:
    """The minimum of the cubic through both ends, kept off the ends by a tenth of the interval."""
    width = high.step - low.step
    step = _cubic_minimum(low, high)
    near, far = low.step + width / 10, high.step - width / 10
    step = jnp.clip(step, jnp.minimum(near, far), jnp.maximum(near, far))
    return jnp.where(jnp.isfinite(step), step, low.step + width / 2)


def _extrapolated(before: Trial, last: Trial) -> Scalar:
    """The minimum of the cubic through the last two points, at least about twice and at most ten times as far."""
    width = last.step - before.step
    step = jnp.clip(_cubic_minimum(before, last), last.step + 1.1 * width, last.step + 9 * width)
    return jnp.where(jnp.isfinite(step), step, last.step + 2 * width)


def _cubic_minimum(a: Trial, b: Trial) -> Scalar:
    d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    d2 = jnp.sign(b.step - a.step) * jnp.sqrt(d1 * d1 - a.slope * b.slope)
    return b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)


def _choose(condition: Array, if_true: Trial, if_false: Trial) -> Trial:
    return Trial(*(jnp.where(condition, a, b) for a, b in zip(if_true, if_false, strict=True)))


def _allowance(value: Scalar) -> Scalar:
    return ROUNDING * np.finfo(value.dtype).eps * jnp.abs(value)
