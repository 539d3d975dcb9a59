"""A smaller learning rate when a monitored value no longer improves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool

from fallline._ranges import BELOW_ONE, FINITE, NOT_NEGATIVE, check_numbers, whole
from fallline._tree import assign, canonical_number, replace, select, static, tree
from fallline._types import Number, Scalar
from fallline.engine.learning_rate_rule import LearningRateRule
from fallline.engine.monitoring import check_monitor, direction, watched_value
from fallline.engine.objective import Variables
from fallline.engine.stopping import RunFacts
from fallline.registry.argument_names import check_names


@tree
class PlateauState:
    """Where the rule stands: best value and reduced rate (NaN: none yet), epochs waited and to cool down."""

    best: Scalar
    rate: Scalar
    wait: Array
    cooldown: Array


@check_names
@tree
class ReduceLROnPlateau(LearningRateRule):
    """Reduces the learning rate when a monitored value no longer improves, as Keras's callback of that name.

    rate <- max(factor * rate, min_lr) after `patience` epochs in a row without improvement, where an epoch
    improves when `value < best - min_delta` (mode min) or `value > best + min_delta` (mode max).

    It acts inside the compiled run: no epoch is interrupted for it. The history holds each epoch's
    `learning_rate`, and the optimizer keeps the reduced one after the run.

    Args:
        monitor: The history name to watch, e.g. "val_loss".
        factor: What the rate is multiplied by, below 1.
        patience: Epochs without improvement after which the rate is reduced.
        verbose: 1 prints each reduction once the next epoch has run with it; all rates are in
            `history.history["learning_rate"]`.
        mode: "min", "max", or "auto": min for losses, and for metrics as they say themselves.
        min_delta: Smallest change that counts as an improvement, in the units of the value.
        cooldown: Epochs after a reduction in which none is waited for.
        min_lr: The rate is not reduced below this one.

    Raises:
        UsageError: an argument is not what it must be; at the start of the run, when the monitored name is not
            recorded, or the optimizer has no constant learning rate.

    Source: Keras 3; the rule of thumb is older: Bottou, Curtis, Nocedal: Optimization methods for large-scale
        machine learning (2018), section 4.2.

    Differs from Keras: a monitored name that is never recorded is an error; there each epoch warns and nothing
        else happens. A best value of NaN is replaced by the next value; there nothing ever improves on it. In an
        epoch without validation (`validation_freq`) nothing happens, and no warning is given.
    """

    renamed: ClassVar[Mapping[str, str]] = {"epsilon": "min_delta"}

    monitor: str = static(default="val_loss")
    factor: Number = 0.1
    patience: Number = 10
    verbose: int = static(default=0)
    mode: str = static(default="auto")
    min_delta: Number = 1e-4
    cooldown: Number = 0
    min_lr: Number = 0.0

    def __post_init__(self) -> None:
        check_monitor("ReduceLROnPlateau", self.monitor, self.mode)
        check_numbers(self, factor=BELOW_ONE, min_delta=FINITE, min_lr=NOT_NEGATIVE)
        assign(
            self,
            min_delta=abs(self.min_delta),
            patience=np.int32(whole("ReduceLROnPlateau: patience", self.patience, least=0)),
            cooldown=np.int32(whole("ReduceLROnPlateau: cooldown", self.cooldown, least=0)),
        )

    @property
    def watches(self) -> str:
        """As `monitor` says."""
        return self.monitor

    def bound(self, facts: RunFacts) -> ReduceLROnPlateau:
        """The same rule, knowing whether a larger or a smaller value is better."""
        found = direction("ReduceLROnPlateau", self.monitor, self.mode, facts.directions)
        return self if found is None else replace(self, mode=found)

    def lines(self, epoch: int, before: Mapping[str, Any], results: Mapping[str, Any]) -> list[str]:
        """That the epoch before reduced the rate."""
        rate = results["learning_rate"]
        if rate >= before.get("learning_rate", rate):
            return []
        return [f"epoch {epoch}: ReduceLROnPlateau reduced the learning rate to {rate:g}"]

    def init(self, variables: Variables) -> PlateauState:
        """No best value yet, nothing reduced."""
        del variables
        zero, nothing = jnp.asarray(0, jnp.int32), jnp.asarray(canonical_number(np.nan))
        return PlateauState(best=nothing, rate=nothing, wait=zero, cooldown=zero)

    def rate(self, state: PlateauState, before: Scalar) -> Scalar:
        """The reduced rate, or the optimizer's own before the first reduction."""
        return jnp.where(jnp.isnan(state.rate), before, state.rate.astype(before.dtype))

    def observe(
        self,
        state: PlateauState,
        epoch: Array,
        results: dict[str, Scalar],
        validated: Array,
        variables: Variables,
    ) -> tuple[PlateauState, Bool[Array, ""]]:
        """Compares the monitored value with the best so far, and reduces the rate; it never stops the run.

        Raises:
            UsageError: the monitored name is not recorded.
        """
        current = watched_value("ReduceLROnPlateau", self.monitor, results).astype(state.best.dtype)
        watched = validated if self.monitor.startswith("val_") else jnp.asarray(True)
        rate = results["learning_rate"].astype(state.rate.dtype)
        cooled = jnp.maximum(state.cooldown - 1, 0)
        cooling = cooled > 0
        improved = jnp.isnan(state.best) | self._improves(current, state.best)
        waited = jnp.where(state.cooldown > 0, 0, state.wait) + 1
        wait = jnp.where(improved, 0, jnp.where(cooling, 0, waited))
        least = jnp.asarray(self.min_lr, rate.dtype)
        reduces = ~improved & ~cooling & (wait >= self.patience) & (rate > least)
        after = PlateauState(
            best=jnp.where(improved, current, state.best),
            rate=jnp.where(
                reduces, jnp.maximum(rate * jnp.asarray(self.factor, rate.dtype), least), state.rate
            ),
            wait=jnp.where(reduces, 0, wait).astype(jnp.int32),
            cooldown=jnp.where(reduces, jnp.asarray(self.cooldown, jnp.int32), cooled),
        )
        return select(watched, after, state), jnp.asarray(False)

    def _improves(self, value: Scalar, reference: Scalar) -> Bool[Array, ""]:
        delta: Any = jnp.asarray(self.min_delta, value.dtype)
        return value - delta > reference if self.mode == "max" else value + delta < reference
