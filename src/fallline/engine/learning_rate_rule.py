"""What the rules share that set the learning rate from epoch to epoch."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array

from fallline._schedule import Schedule
from fallline._tree import PyTree, replace
from fallline._types import Scalar
from fallline.engine.stopping import Rule
from fallline.errors import UsageError
from fallline.optimizers import Optimizer


class LearningRateRule(Rule):
    """Sets the optimizer's learning rate for each epoch and records it as `learning_rate`, as Keras does.

    The rate is a number of the compiled run: setting it costs nothing and never compiles again. The optimizer
    keeps the last one after the run.

    Raises:
        UsageError: when the run is compiled: the optimizer has no constant learning rate, or another rule in the
            list sets it too.
    """

    adjusts: ClassVar[bool] = True

    @abc.abstractmethod
    def rate(self, state: PyTree, before: Scalar) -> Scalar:
        """The learning rate of the next epoch.

        Args:
            state: The rule's state.
            before: The optimizer's own learning rate.
        """

    def adjust(self, state: PyTree, numbers: Any) -> Any:
        """The numbers with the learning rate that `rate` says."""
        who, others = type(self).__name__, [type(rule).__name__ for rule in numbers.rules]
        if sum(isinstance(rule, LearningRateRule) for rule in numbers.rules) > 1:
            raise UsageError(
                f"callbacks: of {' and '.join(others)} only one can set the learning rate; each would overwrite what the "
                "other set. Leave one out: ReduceLROnPlateau goes on from the optimizer's own rate."
            )
        require_constant_rate(who, numbers.optimizer)
        before = jnp.asarray(numbers.optimizer.learning_rate)
        after = self.rate(state, before).astype(before.dtype)
        return replace(numbers, optimizer=replace(numbers.optimizer, learning_rate=after))

    def records(self, numbers: Any) -> dict[str, Array]:
        """The learning rate that the epoch ran with."""
        return {"learning_rate": jnp.asarray(numbers.optimizer.learning_rate)}


def require_constant_rate(who: str, optimizer: Optimizer) -> Any:
    """The learning rate of an optimizer where it is one number.

    Args:
        who: Begins the message.
        optimizer: The optimizer.

    Raises:
        UsageError: it has none, adapts one for each parameter itself, or has a schedule.
    """
    kind = type(optimizer).__name__
    if not optimizer.has_one_rate:
        raise UsageError(f"{who}: {kind} has no learning rate that could be set. Use SGD or Adam, say.")
    found: Any = optimizer.learning_rate  # type: ignore[attr-defined]
    if isinstance(found, Schedule):
        raise UsageError(
            f"{who}: the learning rate of {kind} is the schedule {type(found).__name__}, which sets it already. "
            f"Give {kind} a number, or leave {who} out."
        )
    return found
