"""A learning rate for each epoch, from a function of the epoch."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int

from fallline._ranges import NOT_NEGATIVE, checked_number
from fallline._tree import canonical_number, replace, static, tree
from fallline._types import Scalar
from fallline.engine.learning_rate_rule import LearningRateRule, require_constant_rate
from fallline.engine.objective import Variables
from fallline.engine.stopping import RunFacts
from fallline.errors import UsageError
from fallline.registry.argument_names import check_names

SMALLEST_TABLE = 64
"""Rates in a table at least; it grows by doubling, so that few numbers of epochs are programs of their own."""


@check_names
@tree
class LearningRateScheduler(LearningRateRule):
    """Sets the learning rate of each epoch to what a function says, as Keras's callback of that name.

    rate(epoch) = schedule(epoch), or schedule(epoch, rate(epoch - 1))

    The function is plain Python. It is called before the run for every epoch that may come, with the epoch counted
    from 0 and, where it takes two arguments, the rate of the epoch before (at first the optimizer's); the
    compiled run then looks its rates up. The history holds each epoch's `learning_rate`.

    Args:
        schedule: A function of the epoch, or of the epoch and the rate so far, that gives a rate.
        verbose: 1 prints the rate of each epoch; they are in `history.history["learning_rate"]` too.

    Raises:
        UsageError: it is no such function; at the start of the run, when it gives no number of at least 0, or the
            optimizer has no constant learning rate.

    Source: Keras 3 for names and arguments.

    Differs from Keras: the function is asked for all epochs before the first, so that it can depend on nothing that
        training brings (for that: `ReduceLROnPlateau`), and is also asked for epochs that an early stop then
        leaves out; after such a stop the optimizer has the rate of the epoch that would have come next. A whole
        number is taken as a rate.
    """

    schedule: Callable[..., Any] | None = static()
    verbose: int = static(default=0)
    rates: Any = dataclasses.field(default=None, init=False, repr=False)
    first: Any = dataclasses.field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if not callable(self.schedule):
            raise UsageError(
                "LearningRateScheduler: schedule must be a function such as lambda epoch: 0.1 * 0.9**epoch, "
                f"got {self.schedule!r:.60}."
            )

    def bound(self, facts: RunFacts) -> LearningRateScheduler:
        """The same rule with its rates in a table, for the epochs of a run.

        Raises:
            UsageError: the function gives no rate, or the optimizer has no constant one.
        """
        assert self.schedule is not None
        rate = float(require_constant_rate("LearningRateScheduler", facts.optimizer))
        ask, rates = _of_epoch_and_rate(self.schedule), []
        for epoch in range(facts.initial_epoch, facts.epochs):
            rate = _checked(ask(epoch, rate), epoch)
            rates.append(rate)
        # The last rate fills the table up, and is what the optimizer keeps.
        size = max(SMALLEST_TABLE, 1 << len(rates).bit_length())
        table = np.full(size, rate)
        table[: len(rates)] = rates
        # The function itself would be structure: every lambda a program of its own.
        return replace(
            self, schedule=None, rates=canonical_number(table), first=np.int32(facts.initial_epoch)
        )

    def lines(self, epoch: int, before: Mapping[str, Any], results: Mapping[str, Any]) -> list[str]:
        """The rate of the epoch."""
        del before
        return [
            f"epoch {epoch + 1}: LearningRateScheduler set the learning rate to {results['learning_rate']:g}"
        ]

    def init(self, variables: Variables) -> Int[Array, ""]:
        """The number of the next epoch.

        Raises:
            UsageError: the rule is not bound to a run.
        """
        del variables
        if self.rates is None:
            raise UsageError("LearningRateScheduler: outside of fit, call bound(RunFacts(...)) first.")
        return jnp.asarray(self.first, jnp.int32)

    def rate(self, state: Int[Array, ""], before: Scalar) -> Scalar:
        """The rate of the next epoch, from the table."""
        del before
        return jnp.take(jnp.asarray(self.rates), state - self.first, mode="clip")

    def observe(
        self,
        state: Int[Array, ""],
        epoch: Array,
        results: dict[str, Scalar],
        validated: Array,
        variables: Variables,
    ) -> tuple[Int[Array, ""], Bool[Array, ""]]:
        """Goes on to the next epoch; it never stops the run."""
        return (epoch + 1).astype(jnp.int32), jnp.asarray(False)


def _of_epoch_and_rate(schedule: Callable[..., Any]) -> Callable[[int, float], Any]:
    """The function with both arguments, whether it takes the rate or not."""
    try:
        inspect.signature(schedule).bind(0, 0.0)
    except TypeError:
        return lambda epoch, _: schedule(epoch)
    except ValueError:  # a built-in function without a signature
        pass
    return schedule


def _checked(rate: Any, epoch: int) -> float:
    where = f"LearningRateScheduler: the rate of epoch {epoch + 1}, schedule({epoch})"
    if np.ndim(rate) == 0 and np.asarray(rate).dtype.kind in "fiu":
        rate = float(rate)
    # Rounded as the compiled run rounds it, so that the function is told the rate that is used.
    return float(canonical_number(checked_number(where, rate, NOT_NEGATIVE)))
