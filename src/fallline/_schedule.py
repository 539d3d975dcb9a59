"""A number of a run that depends on the step.

Wherever a run object takes a number (a learning rate, a momentum, a dropout rate), it takes a `Schedule`. The
step of the training loop puts the numbers of the moment in the schedules' places, so that no layer, penalty
or optimizer knows that schedules exist.
"""

from __future__ import annotations

import abc
from typing import TypeVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._types import Scalar
from fallline.registry.described import Described

T = TypeVar("T")


class Schedule(Described):
    """A number as a function of the step. Subclasses are trees; their own numbers are leaves."""

    @abc.abstractmethod
    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The number at a step.

        Args:
            step: Number of steps taken before this one: 0 at the first.
        """


def at_step(node: T, step: Int[Array, ""] | int) -> T:
    """A tree with every schedule in it replaced by its number at a step; the tree itself where there is none."""
    step = jnp.asarray(step, jnp.int32)
    return jax.tree.map(
        lambda part: part(step) if isinstance(part, Schedule) else part,
        node,
        is_leaf=lambda part: isinstance(part, Schedule),
    )
