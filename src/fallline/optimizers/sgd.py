"""Stochastic gradient descent, with momentum and Nesterov's momentum."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, final

import jax
from jaxtyping import Array, Int

from fallline._ranges import FRACTION, NOT_NEGATIVE, choice, number
from fallline._schedule import at_step
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import OptimizerState, Problem, optimizers


@optimizers.register("sgd")
@final
@tree
class SGD(FirstOrderOptimizer):
    """Gradient descent.

    without momentum    p <- p - rate * g
    with momentum       v <- momentum * v - rate * g,  p <- p + v
    nesterov=True       v <- momentum * v - rate * g,  p <- p + momentum * v - rate * g
    "lookahead"         v <- momentum * v - rate * g(p + momentum * v),  p <- p + v

    Nesterov's method takes the gradient where the velocity alone would lead to: that is "lookahead", word by
    word. `nesterov=True` is Keras's and PyTorch's form of it, which keeps the look-ahead points as its
    parameters. Both walk the same points while the momentum stays; under a momentum that changes with a schedule
    only "lookahead" is the method of the paper. Its losses are those at the look-ahead points.

    Attributes:
        learning_rate: A number, or a schedule.
        momentum: Between 0 and 1, such as 0.9 or `schedules.RisingMomentum(0.99)`. The number 0 is stored as
            None, which means the same: no velocity is kept, and the step does not pay for one.
        nesterov: False, True (Keras's form) or "lookahead"; without momentum it changes nothing.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Polyak: Some methods of speeding up the convergence of iteration methods, 1964. Nesterov: A method of
        solving a convex programming problem with convergence rate O(1/k^2), 1983. Sutskever, Martens, Dahl,
        Hinton: On the importance of initialization and momentum in deep learning, 2013, equations 1-4.
    """

    no_lengths: ClassVar[str | None] = None

    learning_rate: LearningRate = number(0.01, NOT_NEGATIVE)
    momentum: Number | None = number(0.0, FRACTION, zero_is_none=True)
    nesterov: bool | str = choice(False, False, True, "lookahead")

    def init_slots(self, params: Params) -> Slots:
        """The velocity, where there is momentum."""
        return {} if self.momentum is None else {"momentum": zeros_like(params)}

    @property
    def refuses_proximal(self) -> str | None:
        """Where it looks ahead, it comes to rest beside the point of its gradient."""
        if self.nesterov == "lookahead" and self.momentum is not None:
            return 'with nesterov="lookahead" it rests beside the point whose gradient it takes (nesterov=True does not)'
        return super().refuses_proximal

    def lengths(self, slots: Slots, rate: Scalar, step: Int[Array, ""]) -> PyTree:
        """The rate; with momentum rate * (1 + momentum + momentum^2 + ...), which a steady gradient comes to."""
        del slots, step
        return rate if self.momentum is None else rate / (1 - as_dtype_of(self.momentum, rate))

    def look_ahead(self, state: OptimizerState, params: Params) -> Params:
        """Where the velocity alone would lead to: p + momentum * v. There "lookahead" takes its gradient.

        Args:
            state: The state that `init` or the last step returned.
            params: The parameters of that state.
        """
        if self.momentum is None:
            return params
        momentum = at_step(self.momentum, state.step)
        ahead: Params = jax.tree.map(
            lambda p, v: p + (v * as_dtype_of(momentum, v)).astype(p.dtype), params, state.slots["momentum"]
        )
        return ahead

    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """The gradient at the parameters, or ahead of them, then `update`."""
        if self.nesterov != "lookahead":
            return FirstOrderOptimizer.step(self, problem, state, params)

        def loss(params: Params) -> tuple[Scalar, Any]:
            return problem.loss(self.look_ahead(state, params))

        ahead = dataclasses.replace(problem, loss=loss)
        return FirstOrderOptimizer.step(self, ahead, state, params)

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class; for "lookahead" the gradients are those at `look_ahead`."""
        if self.momentum is None:
            return jax.tree.map(lambda p, g: p - g * rate, params, gradients), {}
        momentum = as_dtype_of(self.momentum, rate)
        velocity = jax.tree.map(lambda v, g: v * momentum - g * rate, slots["momentum"], gradients)
        if self.nesterov is True:
            new = jax.tree.map(lambda p, v, g: p + (v * momentum - g * rate), params, velocity, gradients)
        else:
            new = jax.tree.map(lambda p, v: p + v, params, velocity)
        return new, {"momentum": velocity}
