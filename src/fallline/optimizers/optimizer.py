"""What an optimizer is: two pure functions, and the table of their names."""

from __future__ import annotations

import abc
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._registry import Registry
from fallline._tree import PyTree, tree
from fallline._types import Params


@tree
class OptimizerState:
    """What an optimizer remembers between steps.

    Attributes:
        step: Number of steps taken so far, int32.
        slots: Arrays the rule keeps: a dictionary from the name of a slot (`momentum`) to a tree like the
            parameters, or whatever a foreign transformation keeps.
    """

    step: Int[Array, ""]
    slots: Any


@tree
class Optimizer(abc.ABC):
    """Turns gradients into new parameters. Both functions are pure; the numbers are leaves of the tree."""

    def init(self, params: Params) -> OptimizerState:
        """The state before the first step.

        Args:
            params: Tree of parameter arrays.
        """
        return OptimizerState(jnp.zeros((), jnp.int32), self.init_slots(params))

    @abc.abstractmethod
    def init_slots(self, params: Params) -> PyTree:
        """The slots before the first step."""

    @abc.abstractmethod
    def update(
        self, gradients: Params, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState]:
        """One step.

        New parameters are returned, not the difference to the old ones: the subtraction then fuses with
        the rule, and the rounding is the rule's own.

        Args:
            gradients: Derivatives of the loss, a tree like `params`.
            state: The state that `init` or the last `update` returned.
            params: The parameters at which the gradients were taken.

        Returns:
            The new parameters and the new state.
        """


optimizers: Registry[Optimizer] = Registry("optimizer", "optimizers")
