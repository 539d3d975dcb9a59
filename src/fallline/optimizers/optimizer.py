"""What an optimizer is: pure functions from parameters to better ones, and the table of their names."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._tree import PyTree, tree
from fallline._types import Params, Scalar
from fallline.errors import ABSENT_FROM_OPTIMIZERS, UsageError, unknown_attribute
from fallline.own.shown import fields_shown
from fallline.registry.described import Described
from fallline.registry.table import Registry


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


@dataclasses.dataclass(frozen=True)
class Problem:
    """The function that one step makes smaller: the loss of its batch, as a function of the parameters.

    Attributes:
        loss: params -> (loss, what else the loss leaves). Every step calls it once at its own parameters with
            the derivatives it needs; what it leaves (model state, statistics) is passed on as it is.
        outputs: params -> the outputs (rows, ...) that the loss is taken of; None where the loss is not known
            to be a function of outputs.
        loss_of_outputs: (outputs, params) -> the same loss, penalties on the parameters included; convex in the
            outputs for the usual losses, which Gauss-Newton methods need.
    """

    __repr__ = fields_shown

    loss: Callable[[Params], tuple[Scalar, Any]]
    outputs: Callable[[Params], PyTree] | None = None
    loss_of_outputs: Callable[[PyTree, Params], Scalar] | None = None


_OF_KERAS = ("update_step", "apply_gradients", "apply", "stateless_apply", "build")
"""What an optimizer of Keras's programs writes, and none here has."""

NO_LENGTHS = "its steps are not the gradient times a length"
"""Why most rules cannot train with proximal penalties."""


@tree
class Optimizer(Described):
    """Moves parameters to a smaller loss. All functions are pure; the numbers are leaves of the tree.

    Attributes:
        takes_constraints: Whether its steps still lead to the minimum where the parameters are brought back to a
            constraint after each of them.
        has_one_rate: Whether its `learning_rate` is the rate of all parameters in all steps, so that rules may set it.
        full_batch: Why each step needs all rows at once; None where mini-batches serve. The run refuses a smaller
            batch and gives this reason.

    Source: Keras 3 for names and arguments.
    """

    takes_constraints: ClassVar[bool] = True
    has_one_rate: ClassVar[bool] = False
    full_batch: ClassVar[str | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if unknown := [name for name in _OF_KERAS if name in vars(cls)]:
            raise UsageError(
                f"{cls.__name__}: nothing calls {unknown[0]}. An optimizer is pure functions: derive it from "
                "fallline.optimizers.GradientOptimizer and write init_slots(self, params) and "
                "update(self, gradients, state, params), or give an optax.GradientTransformation."
            )

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
    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """One step on a batch.

        Args:
            problem: What to make smaller.
            state: The state that `init` or the last step returned.
            params: The parameters to move.

        Returns:
            The new parameters, the new state, the loss at the old parameters, and what else it left there.
        """

    @property
    def refuses_proximal(self) -> str | None:
        """Why it cannot train with proximal penalties; None where it can, by `step_lengths`."""
        return NO_LENGTHS

    def step_lengths(self, before: OptimizerState, after: OptimizerState) -> PyTree:
        """The lengths D of a step, for proximal penalties: under a steady gradient g it moves the parameters by -D g.

        Where a step and the penalty's own of the same lengths leave the parameters as they are, p = prox(p - D g), -g is
        a slope of the penalty whatever D is: that is the minimum of the penalised loss.

        Args:
            before: The state that the step began with.
            after: The state that it left.

        Returns:
            One number for all parameters, or a tree like the parameters.

        Source: Parikh, Boyd, Proximal algorithms (2014), section 4.2; here with a length for each parameter.
        """
        del before, after
        return jnp.ones(())

    def finish(self, params: Params, state: OptimizerState) -> Params:
        """The parameters that a run ends with, e.g. averages over the steps; by default the last ones."""
        del state
        return params

    # Hidden from type checkers, which would else accept any attribute. Only asked for what is not there.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in ABSENT_FROM_OPTIMIZERS:
                kind = type(self).__name__
                raise AttributeError(
                    f'optimizer {kind} has no "{name}": {ABSENT_FROM_OPTIMIZERS[name]}', name=name
                )
            raise unknown_attribute(self, name)


class GradientOptimizer(Optimizer):
    """An optimizer to which one gradient at the parameters is enough."""

    @abc.abstractmethod
    def update(
        self, gradients: Params, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState]:
        """One step along a given gradient.

        New parameters are returned, not the difference to the old ones: the subtraction then fuses with
        the rule, and the rounding is the rule's own.

        Args:
            gradients: Derivatives of the loss, a tree like `params`.
            state: The state that `init` or the last `update` returned.
            params: The parameters at which the gradients were taken.

        Returns:
            The new parameters and the new state.
        """

    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """The gradient at the parameters, then `update`."""
        (value, left), gradients = jax.value_and_grad(problem.loss, has_aux=True)(params)
        params, state = self.update(gradients, state, params)
        return params, state, value, left


optimizers: Registry[Optimizer] = Registry("optimizer", "optimizers")
