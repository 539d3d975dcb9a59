"""Rules that act inside the compiled run: pure state machines asked once an epoch.

A rule sees the epoch's results and may stop the run, adjust the numbers of the next epoch (say a learning rate
on a plateau), and choose which weights the run ends with. A new rule is a new class; the loop does not change.
"""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool
from numpy.typing import NDArray

from fallline._ranges import FINITE, check_flags, checked_number, whole
from fallline._tree import (
    PyTree,
    assign,
    canonical_number,
    nearest_tree,
    replace,
    select,
    static,
    tree,
)
from fallline._types import Number, Scalar
from fallline.engine.monitoring import check_monitor, direction, watched_value
from fallline.engine.objective import Variables
from fallline.errors import UsageError
from fallline.history.outcome import Outcome
from fallline.optimizers import Optimizer
from fallline.registry.argument_names import Modernised, check_names

T = TypeVar("T")

_NOT_CALLED = ("get_monitor_value", "_is_improvement", "_set_monitor_op", "set_model", "set_params")
"""Further methods of Keras's callbacks that programs override."""


@dataclasses.dataclass(frozen=True)
class RunFacts:
    """What a rule may want to know before a run.

    Attributes:
        directions: Recorded name without `val_` -> "min" or "max", whichever is better; None where not known.
        optimizer: The optimizer.
        epochs: The epoch at which the run ends.
        initial_epoch: The epoch at which it begins.
        steps_per_epoch: Steps per epoch.
    """

    directions: Mapping[str, str | None]
    optimizer: Optimizer
    epochs: int
    initial_epoch: int
    steps_per_epoch: int


class Rule(Modernised, abc.ABC):
    """A pure state machine inside the run.

    Attributes:
        adjusts: Whether `adjust` changes numbers; what it has made of the optimizer's then outlasts the run.
        verbose: Whether `lines` and `last_lines` are printed.
    """

    adjusts: ClassVar[bool] = False
    verbose: int = 0

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if hooks := [name for name in vars(cls) if name.startswith("on_") or name in _NOT_CALLED]:
            rule = next((each.__name__ for each in cls.__mro__[1:] if nearest_tree(each) is each), "a rule")
            later = ", or begin later with start_from_epoch" if rule == "EarlyStopping" else ""
            raise UsageError(
                f"{cls.__name__}: {rule} is compiled into the run, where nothing calls {hooks[0]}. Derive the class from "
                f"fallline.callbacks.Callback, where self.model.stop_training = True ends the run{later}."
            )

    @abc.abstractmethod
    def init(self, variables: Variables) -> PyTree:
        """The rule's state before the first epoch."""

    @abc.abstractmethod
    def observe(
        self, state: PyTree, epoch: Array, results: dict[str, Scalar], validated: Array, variables: Variables
    ) -> tuple[PyTree, Bool[Array, ""]]:
        """After an epoch: the rule's new state, and whether the run stops.

        `validated` tells whether the `val_` results belong to this epoch (`validation_freq`).
        """

    @property
    def watches(self) -> str | None:
        """The recorded name on which it acts, or None."""
        return None

    def bound(self, facts: RunFacts) -> Rule:
        """The same rule, knowing the run that it will act in; itself by default.

        Raises:
            UsageError: the rule cannot act in such a run.
        """
        del facts
        return self

    def adjust(self, state: PyTree, numbers: T) -> T:
        """The numbers that the next epoch runs with, e.g. a smaller learning rate; unchanged by default."""
        del state
        return numbers

    def records(self, numbers: Any) -> dict[str, Array]:
        """What it adds to the results of an epoch, of the numbers that the epoch ran with; nothing by default."""
        del numbers
        return {}

    def lines(self, epoch: int, before: Mapping[str, Any], results: Mapping[str, Any]) -> list[str]:
        """What it says of an epoch; nothing by default.

        Args:
            epoch: The epoch, counted from 0.
            before: The results of the epoch before; empty for the first.
            results: Name -> value of the epoch.
        """
        del epoch, before, results
        return []

    def last_lines(self, outcome: Outcome) -> list[str]:
        """What it says of how the run ended, likewise."""
        del outcome
        return []

    def kept(self, state: PyTree) -> Variables | None:
        """Finite variables that it keeps, to which a run that diverges goes back; by default none.

        A rule that keeps some begins with those that `init` is given.
        """
        del state
        return None

    @property
    def restores(self) -> bool:
        """Whether the run ends with weights that this rule chose; by default not."""
        return False

    def best_epoch(self, state: PyTree) -> int | None:
        """The epoch, counted from 0, that the rule holds for the best (on the host); by default none."""
        del state
        return None

    def finish(self, state: PyTree, variables: Variables) -> Variables:
        """The variables the run ends with (on the host, after the last epoch); by default the last."""
        del state
        return variables


def of_members(chosen: NDArray[np.bool_], one: Variables, other: Variables) -> Variables:
    """On the host: `one` for the members that are chosen, (members,), or () for one network; `other` for the rest."""

    def pick(one: Any, other: Any) -> Any:
        shape = chosen.shape + (1,) * (np.ndim(other) - chosen.ndim)
        return one if chosen.all() else np.where(chosen.reshape(shape), one, other)

    picked: Variables = jax.tree.map(pick, one, other)
    return picked


@tree
class EarlyStoppingState:
    """Where early stopping stands: the best value, its epoch (-1: none yet), epochs waited, and its weights.

    Before the first best value the weights are the last that were finite.
    """

    best: Scalar
    best_epoch: Array
    wait: Array
    variables: Variables | None


@check_names
@tree
class EarlyStopping(Rule):
    """Stops when a monitored value no longer improves, as Keras's callback of that name.

    stop when  wait >= max(patience, 1)

    with wait the epochs since the last one that improved, `value < best - min_delta` (mode min) or
    `value > best + min_delta` (mode max), and that beat the `baseline` where there is one. With
    `restore_best_weights` the run ends with the weights of its best epoch, whether it stopped early or not.

    Args:
        monitor: The history name to watch, e.g. "val_loss".
        min_delta: Smallest change that counts as an improvement, in the units of the value.
        patience: Epochs without improvement after which the run stops.
        verbose: 1 prints when it stops the run and what it restores; the outcome is always in `history.outcome`.
        mode: "min", "max", or "auto": min for losses, and for metrics as they say themselves.
        baseline: A value that must be beaten for the wait to start again, or None.
        restore_best_weights: Whether the run ends with the weights of its best epoch.
        start_from_epoch: Epochs at the beginning that are not watched.

    Raises:
        UsageError: an argument is not what it must be; at the start of the run, when the monitored
            name is not recorded.

    Source: Prechelt, Early stopping - but when? (1998); Keras 3 for the details.
    """

    monitor: str = static(default="val_loss")
    min_delta: Number = 0.0
    patience: Number = 0
    verbose: int = static(default=0)
    mode: str = static(default="auto")
    baseline: Number | None = None
    restore_best_weights: bool = static(default=False)
    start_from_epoch: Number = 0

    def __post_init__(self) -> None:
        check_monitor("EarlyStopping", self.monitor, self.mode)
        check_flags(self, "restore_best_weights")
        baseline = (
            None
            if self.baseline is None
            else checked_number("EarlyStopping: baseline", self.baseline, FINITE)
        )
        assign(
            self,
            min_delta=abs(checked_number("EarlyStopping: min_delta", self.min_delta, FINITE)),
            patience=np.int32(whole("EarlyStopping: patience", self.patience, least=0)),
            baseline=baseline,
            start_from_epoch=np.int32(
                whole("EarlyStopping: start_from_epoch", self.start_from_epoch, least=0)
            ),
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            # Called only for what is not there; Keras's programs ask for these after fit.
            instead = {
                "stopped_epoch": "history.outcome.epoch, and history.outcome.kind says whether it stopped",
                "best": "history.history[monitor], the best of it",
                "best_weights": "model.get_weights() with restore_best_weights=True",
                "wait": "history.outcome.epoch and history.outcome.best_epoch",
            }.get(name)
            hint = f": it acts inside the run and keeps nothing; after fit see {instead}" if instead else ""
            raise AttributeError(f"EarlyStopping has no {name}{hint}.")

    @property
    def watches(self) -> str:
        """As `monitor` says."""
        return self.monitor

    def last_lines(self, outcome: Outcome) -> list[str]:
        """That it stopped the run, and which weights it put back."""
        found = []
        if outcome.kind == "early_stopped" and "no longer improved" in outcome.message:
            found.append(f"epoch {outcome.epoch}: early stopping")
        if self.restore_best_weights and outcome.best_epoch is not None:
            found.append(f"the weights are those of the best epoch, {outcome.best_epoch + 1}")
        return found

    def bound(self, facts: RunFacts) -> EarlyStopping:
        """The same rule, knowing whether a larger or a smaller value is better."""
        return self.directed(facts.directions)

    def directed(self, directions: Mapping[str, str | None]) -> EarlyStopping:
        """The same rule with `mode="auto"` resolved.

        Args:
            directions: "min" or "max" for each recorded name without `val_`; None where it is not known.

        Raises:
            UsageError: the direction of the monitored value is not known.
        """
        found = direction("EarlyStopping", self.monitor, self.mode, directions)
        return self if found is None else replace(self, mode=found)

    @property
    def maximises(self) -> bool:
        """Whether larger is better."""
        return self.directed({self.monitor.removeprefix("val_"): None}).mode == "max"

    @property
    def restores(self) -> bool:
        """As `restore_best_weights` says."""
        return self.restore_best_weights

    def best_epoch(self, state: EarlyStoppingState) -> int | None:
        """The epoch of the best value so far, or None before the first that is a number."""
        return int(state.best_epoch) if state.best_epoch >= 0 and not np.isnan(state.best) else None

    def init(self, variables: Variables) -> EarlyStoppingState:
        """No best value yet."""
        return EarlyStoppingState(
            best=jnp.asarray(canonical_number(np.nan)),
            best_epoch=jnp.asarray(-1, jnp.int32),
            wait=jnp.asarray(0, jnp.int32),
            variables=variables if self.restore_best_weights else None,
        )

    def observe(
        self,
        state: EarlyStoppingState,
        epoch: Array,
        results: dict[str, Scalar],
        validated: Array,
        variables: Variables,
    ) -> tuple[EarlyStoppingState, Bool[Array, ""]]:
        """Compares the monitored value with the best so far; the equations of the class.

        Raises:
            UsageError: the monitored name is not recorded.
        """
        current = watched_value("EarlyStopping", self.monitor, results).astype(state.best.dtype)
        watched = epoch >= self.start_from_epoch
        if self.monitor.startswith("val_"):
            watched &= validated
        # As in Keras, the first watched value is the best so far whatever it is, even infinity. A NaN is
        # replaced by the next value; in Keras nothing ever improves on it.
        first = (state.best_epoch < 0) | jnp.isnan(state.best)
        improved = watched & (first | self._improves(current, state.best))
        restarts = improved if self.baseline is None else improved & self._improves(current, self.baseline)
        wait = jnp.where(watched, jnp.where(restarts, 0, state.wait + 1), state.wait).astype(jnp.int32)
        new_state = EarlyStoppingState(
            best=jnp.where(improved, current, state.best),
            best_epoch=jnp.where(improved, epoch, state.best_epoch).astype(jnp.int32),
            wait=wait,
            variables=None
            if state.variables is None
            else select(improved | (state.best_epoch < 0), variables, state.variables),
        )
        return new_state, watched & ~improved & (wait >= self.patience) & (epoch > 0)

    def kept(self, state: EarlyStoppingState) -> Variables | None:
        """The best weights so far."""
        return state.variables

    def finish(self, state: EarlyStoppingState, variables: Variables) -> Variables:
        """The best epoch's variables where they are kept and there was one, else the last."""
        if state.variables is None:
            return variables
        return of_members(np.asarray(state.best_epoch) >= 0, state.variables, variables)

    def _improves(self, value: Scalar, reference: Any) -> Bool[Array, ""]:
        reference = jnp.asarray(reference, value.dtype)
        delta = jnp.asarray(self.min_delta, value.dtype)
        return value > reference + delta if self.maximises else value < reference - delta
