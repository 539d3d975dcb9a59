"""What optimizers with a learning rate share: the rate, weight decay and gradient clipping."""

from __future__ import annotations

import abc
import dataclasses
from typing import TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import NOT_NEGATIVE, POSITIVE, check_numbers, check_optional_numbers
from fallline._tree import static, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.errors import UsageError
from fallline.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from fallline.optimizers.optimizer import Optimizer, OptimizerState
from fallline.optimizers.schedules import LearningRateSchedule

LearningRate: TypeAlias = Number | LearningRateSchedule
Slots: TypeAlias = dict[str, Params]


@tree
class FirstOrderOptimizer(Optimizer):
    """A rule that moves the parameters by a learning rate and the gradient.

    One step, in Keras's order: clip the gradients, decay the parameters by `p <- p - p * weight_decay * rate`
    (every parameter, biases included), apply the rule.

    Attributes:
        learning_rate: A number, or a schedule that gives it for every step.
        weight_decay: Factor of the decoupled decay; None for none.
        clipnorm: Largest norm of each gradient array; None for no limit.
        clipvalue: Largest magnitude of each gradient component; None for no limit.
        global_clipnorm: Largest norm of the whole gradient; None for no limit.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range, or more than one limit is given.
    """

    learning_rate: LearningRate
    weight_decay: Number | None = dataclasses.field(default=None, kw_only=True)
    clipnorm: Number | None = dataclasses.field(default=None, kw_only=True)
    clipvalue: Number | None = dataclasses.field(default=None, kw_only=True)
    global_clipnorm: Number | None = dataclasses.field(default=None, kw_only=True)
    name: str | None = static(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if callable(self.learning_rate):
            if not isinstance(self.learning_rate, LearningRateSchedule):
                raise UsageError(
                    f"{type(self).__name__}: learning_rate must be a number or a schedule, got "
                    f"{self.learning_rate!r:.60}. A schedule of your own derives from LearningRateSchedule."
                )
        else:
            check_numbers(self, learning_rate=NOT_NEGATIVE)
        check_optional_numbers(
            self, weight_decay=NOT_NEGATIVE, clipnorm=POSITIVE, clipvalue=POSITIVE, global_clipnorm=POSITIVE
        )
        limits = ("clipnorm", "clipvalue", "global_clipnorm")
        given = [name for name in limits if getattr(self, name) is not None]
        if len(given) > 1:
            raise UsageError(
                f"{type(self).__name__}: only one of {', '.join(limits)} can be set, got {' and '.join(given)}."
            )

    @abc.abstractmethod
    def init_slots(self, params: Params) -> Slots:
        """The slots before the first step: name -> a tree like the parameters."""

    @abc.abstractmethod
    def rule(
        self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Params, Slots]:
        """The equation of the optimizer, on whole trees.

        Args:
            gradients: Clipped gradients.
            slots: As `init_slots` or the last step left them.
            params: Parameters after weight decay.
            rate: Learning rate of this step, in the type of the parameters.
            step: Number of this step, counted from 1.

        Returns:
            The new parameters and the new slots.
        """

    def learning_rate_at(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step.

        Args:
            step: Number of steps taken before this one.
        """
        if isinstance(self.learning_rate, LearningRateSchedule):
            return self.learning_rate(step)
        return jnp.asarray(self.learning_rate)

    def update(
        self, gradients: Params, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState]:
        """One step: clip, decay, rule.

        Args:
            gradients: Derivatives of the loss, a tree like `params`.
            state: The state that `init` or the last `update` returned.
            params: Parameter arrays of one floating type.

        Returns:
            The new parameters and the new state.

        Raises:
            UsageError: the parameters have several types.
        """
        rate = self.learning_rate_at(state.step).astype(_type_of(params))
        if self.clipnorm is not None:
            gradients = clip_by_norm(gradients, self.clipnorm)
        if self.clipvalue is not None:
            gradients = clip_by_value(gradients, self.clipvalue)
        if self.global_clipnorm is not None:
            gradients = clip_by_global_norm(gradients, self.global_clipnorm)
        if self.weight_decay is not None:
            decay = as_dtype_of(self.weight_decay, rate)
            params = jax.tree.map(lambda p: p - p * decay * rate, params)
        step = state.step + 1
        params, slots = self.rule(gradients, state.slots, params, rate, step)
        return params, OptimizerState(step, slots)


def zeros_like(params: Params) -> Params:
    """A slot of zeros."""
    slot: Params = jax.tree.map(jnp.zeros_like, params)
    return slot


def _type_of(params: Params) -> jnp.dtype:
    # One type for all, so that the scalars of a rule are computed once a step and not once a parameter.
    types = {leaf.dtype for leaf in jax.tree.leaves(params)}
    if len(types) > 1:
        names = " and ".join(sorted(str(dtype) for dtype in types))
        raise UsageError(f"optimizer: the parameters must have one type, got {names}. Cast them to one.")
    return types.pop() if types else jnp.result_type(float)
