"""What optimizers with a learning rate share: the rate, clipping, weight decay, accumulation, averages."""

from __future__ import annotations

import abc
import dataclasses
import re
from typing import Any, ClassVar, TypeAlias

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Int

from fallline._ranges import FRACTION, NOT_NEGATIVE, POSITIVE, counting, one_of, within
from fallline._schedule import Schedule, at_step
from fallline._tree import PyTree, assign, is_static, leaf_name, select, static, tree
from fallline._types import Number, Params, Scalar, as_dtype_of, at_least_float32
from fallline.errors import UsageError
from fallline.optimizers.averaging import moving_average, running_mean
from fallline.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from fallline.optimizers.optimizer import NO_LENGTHS, GradientOptimizer, OptimizerState, Problem
from fallline.optimizers.schedules import InverseTimeDecay
from fallline.optimizers.schedules.function import as_number

LearningRate: TypeAlias = Number | Schedule
Slots: TypeAlias = dict[str, Any]
Moved: TypeAlias = tuple[Params, Slots]
Step: TypeAlias = Int[Array, ""]

ACCUMULATOR, AVERAGE = "gradient_accumulator", "average"


@tree
class FirstOrderOptimizer(GradientOptimizer):
    """A rule that moves the parameters by a learning rate and the gradient.

    One step, in Keras's order: clip the gradients, decay the parameters by `p <- p - p * weight_decay * rate`
    (every parameter, biases included, unless excluded), apply the rule, average the new parameters. With
    `gradient_accumulation_steps` n, the gradients of n steps are averaged and the last of them applies the mean;
    a schedule goes on counting every step.

    Any of the numbers may be a schedule, or a function of the step. The learning rate may be assigned between
    two fits (`model.optimizer.learning_rate = 1e-3`).

    Attributes:
        learning_rate: A number, a schedule, or a function of the step (counted from 0) in `jax.numpy`.
        weight_decay: Factor of the decoupled decay; None for none.
        clipnorm: Largest norm of each gradient array; None for no limit.
        clipvalue: Largest magnitude of each gradient component; None for no limit.
        global_clipnorm: Largest norm of the whole gradient; None for no limit.
        use_ema: Whether the run ends with the exponential moving average of the parameters over the steps.
        ema_momentum: Share of the average so far at each step, between 0 and 1.
        ema_overwrite_frequency: Steps after which the average replaces the parameters, again and again; None:
            only at the end of the run.
        loss_scale_factor: Factor of the loss before it is differentiated, taken back from the gradients; against
            underflow in narrow number types. None for none.
        gradient_accumulation_steps: Steps whose mean gradient is applied at once, at least 2; None: each its own.
        name: A name of your own.
        polyak_start: Steps after which the even mean of the parameters begins that the run ends with
            (Polyak-Ruppert averaging); None for no mean.
        weight_decay_exclusions: Patterns of the parameters without decay: those in whose path (`dense_1/bias`)
            one of these regular expressions is found.

    Raises:
        UsageError: a number is out of its range, or more than one limit or average is asked for.

    Source:
        Averages: Polyak, Juditsky: Acceleration of stochastic approximation by averaging, 1992.

    Differs from Keras: a callable learning rate is asked with the step, as it is part of the compiled run; one that
        takes no arguments is asked once, when the optimizer is made, where Keras asks it whenever it traces a step
        (write a function of the step, or assign `learning_rate`, for a rate that changes); slots of bfloat16
        parameters are float32, as Adam would not move otherwise (1 - 0.999 is 0 in bfloat16).
    """

    settable: ClassVar[tuple[str, ...]] = ("learning_rate",)
    renamed: ClassVar[dict[str, str]] = {"lr": "learning_rate"}

    no_lengths: ClassVar[str | None] = NO_LENGTHS
    """Why `lengths` does not hold for the rule; None where it does."""

    has_one_rate = True

    learning_rate: LearningRate = dataclasses.field(metadata=within(NOT_NEGATIVE))
    weight_decay: Number | None = dataclasses.field(
        default=None, kw_only=True, metadata=within(NOT_NEGATIVE, optional=True)
    )
    clipnorm: Number | None = dataclasses.field(
        default=None, kw_only=True, metadata=within(POSITIVE, optional=True)
    )
    clipvalue: Number | None = dataclasses.field(
        default=None, kw_only=True, metadata=within(POSITIVE, optional=True)
    )
    global_clipnorm: Number | None = dataclasses.field(
        default=None, kw_only=True, metadata=within(POSITIVE, optional=True)
    )
    use_ema: bool = dataclasses.field(default=False, kw_only=True, metadata=one_of(True, False))
    ema_momentum: Number = dataclasses.field(default=0.99, kw_only=True, metadata=within(FRACTION))
    ema_overwrite_frequency: Any = dataclasses.field(
        default=None, kw_only=True, metadata=counting(1, optional=True)
    )
    loss_scale_factor: Number | None = dataclasses.field(
        default=None, kw_only=True, metadata=within(POSITIVE, optional=True)
    )
    gradient_accumulation_steps: Any = dataclasses.field(
        default=None, kw_only=True, metadata=counting(2, optional=True)
    )
    name: str | None = static(default=None, kw_only=True)
    polyak_start: Any = dataclasses.field(default=None, kw_only=True, metadata=counting(0, optional=True))
    weight_decay_exclusions: tuple[str, ...] = static(default=(), kw_only=True)

    def __post_init__(self) -> None:
        accept_functions(self)
        super().__post_init__()
        _only_one(self, "clipnorm", "clipvalue", "global_clipnorm")
        if self.use_ema and self.polyak_start is not None:
            raise UsageError(
                f"{type(self).__name__}: a run ends with one average: either use_ema or polyak_start."
            )
        self.exclude_from_weight_decay(self.weight_decay_exclusions)

    @classmethod
    def modernised(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments of today: `decay=d` of older Keras is the schedule rate / (1 + d * step)."""
        now = {cls.renamed.get(name, name): value for name, value in arguments.items()}
        if now.get("epsilon", 0) is None:  # the backend's, 1e-7, which is the default
            del now["epsilon"]
        if decay := now.pop("decay", None):
            defaults = {field.name: field.default for field in dataclasses.fields(cls)}
            rate = now.get("learning_rate", defaults["learning_rate"])
            if callable(rate):
                raise UsageError(f"{cls.__name__}: decay has no meaning beside a schedule; leave it out.")
            now = {"learning_rate": InverseTimeDecay(rate, 1, decay)} | {
                name: value for name, value in now.items() if name != "learning_rate"
            }
        return now

    def exclude_from_weight_decay(self, var_names: Any = ()) -> None:
        """Spares parameters from weight decay, as `weight_decay_exclusions` does; before `compile`.

        Args:
            var_names: Regular expressions; a parameter is spared when one is found in its path (`dense_1/bias`).

        Raises:
            UsageError: these are no regular expressions.

        Differs from Keras: there is no `var_list`, as parameters have names here and no identity; the whole
            path is searched, not the last part alone.
        """
        try:
            names = (var_names,) if isinstance(var_names, str) else tuple(var_names)
            for name in names:
                re.compile(name)
        except (re.error, TypeError) as error:
            raise UsageError(
                f'{type(self).__name__}: weight_decay_exclusions must be names or patterns such as "bias", got '
                f"{var_names!r:.60}."
            ) from error
        assign(self, weight_decay_exclusions=names)

    def init(self, params: Params) -> OptimizerState:
        """The state before the first step: the rule's slots, an empty accumulator, an average of its own."""
        params = jax.tree.map(at_least_float32, params)
        slots = dict(at_step(self, 0).init_slots(params))
        if self.gradient_accumulation_steps is not None:
            slots[ACCUMULATOR] = zeros_like(params)
        if self._averages():
            slots[AVERAGE] = jax.tree.map(lambda param: jnp.array(param, copy=True), params)
        return OptimizerState(jnp.zeros((), jnp.int32), slots)

    @abc.abstractmethod
    def init_slots(self, params: Params) -> Slots:
        """The rule's slots before the first step: name -> a tree like the parameters."""

    @abc.abstractmethod
    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equation of the optimizer, on whole trees.

        Args:
            gradients: Clipped gradients.
            slots: As `init_slots` or the last step left them.
            params: Parameters after weight decay.
            rate: Learning rate of this step, in the type of the parameters.
            step: Number of this step, counted from 1.

        Returns:
            The new parameters and the new slots, those of the rule alone.
        """

    def learning_rate_at(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step.

        Args:
            step: Number of steps taken before this one.
        """
        return jnp.asarray(at_step(self.learning_rate, step))

    @property
    def refuses_proximal(self) -> str | None:
        """An average of steps has no exact zeros; else it is for the rule to say."""
        if self._averages():
            return "the average of its steps that it ends with has no exact zeros"
        return self.no_lengths

    def lengths(self, slots: Slots, rate: Scalar, step: Int[Array, ""]) -> PyTree:
        """How far the rule moves each parameter under a steady gradient of 1.

        Args:
            slots: As the step left them.
            rate: Learning rate of the step.
            step: Number of the step, counted from 1.

        Returns:
            One number for all parameters, or a tree like the parameters.
        """
        del slots, step
        return rate

    def step_lengths(self, before: OptimizerState, after: OptimizerState) -> PyTree:
        """The rule's `lengths`; 0 where the step only added a gradient up."""
        now = at_step(self, before.step)
        rate, steps = jnp.asarray(now.learning_rate), now.gradient_accumulation_steps
        if kept := jax.tree.leaves(after.slots):
            rate = rate.astype(kept[0].dtype)
        if steps is None:
            return now.lengths(after.slots, rate, after.step)
        lengths = now.lengths(after.slots, rate, before.step // steps + 1)
        applied = after.step % steps == 0
        return jax.tree.map(lambda length: jnp.where(applied, length, jnp.zeros_like(length)), lengths)

    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """The gradient of the scaled loss at the parameters, then `update`."""
        if self.loss_scale_factor is None:
            return GradientOptimizer.step(self, problem, state, params)
        factor = at_step(self.loss_scale_factor, state.step)

        def scaled(params: Params) -> tuple[Scalar, Any]:
            value, left = problem.loss(params)
            return value * as_dtype_of(factor, value), (value, left)

        params, state, _, (value, left) = GradientOptimizer.step(self, Problem(scaled), state, params)
        return params, state, value, left

    def update(
        self, gradients: Params, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState]:
        """One step: clip, decay, rule, average.

        Args:
            gradients: Derivatives of the (scaled) loss, a tree like `params`.
            state: The state that `init` or the last `update` returned.
            params: Parameter arrays of one floating type.

        Returns:
            The new parameters and the new state.

        Raises:
            UsageError: the parameters have several types.
        """
        # In a run the schedules have given way to numbers before; here they do for whoever calls by hand.
        now = at_step(self, state.step)
        dtype = _type_of(params)
        gradients, params = jax.tree.map(at_least_float32, (gradients, params))
        factor = now.loss_scale_factor
        if factor is not None:
            gradients = jax.tree.map(lambda g: g / as_dtype_of(factor, g), gradients)
        step = state.step + 1
        if now.gradient_accumulation_steps is None:
            params, slots = now._apply(gradients, state.slots, params, state.step, step)
        else:
            params, slots = now._accumulate(gradients, state, params)
        if now._averages():
            params, slots = now._average(params, slots, state)
        return jax.tree.map(lambda param: param.astype(dtype), params), OptimizerState(step, slots)

    def finish(self, params: Params, state: OptimizerState) -> Params:
        """The average where there is one, else the last parameters."""
        if not self._averages():
            return params
        average: Params = jax.tree.map(lambda a, p: a.astype(p.dtype), state.slots[AVERAGE], params)
        return average

    def _apply(self, gradients: Params, slots: Slots, params: Params, taken: Array, number: Array) -> Moved:
        """Clips, decays and applies the rule.

        The slots come back with those of the rule renewed; `taken` counts steps for the rate, `number` updates
        for the rule.
        """
        rate = self.learning_rate_at(taken).astype(_type_of(params))
        if self.clipnorm is not None:
            gradients = clip_by_norm(gradients, self.clipnorm)
        if self.clipvalue is not None:
            gradients = clip_by_value(gradients, self.clipvalue)
        if self.global_clipnorm is not None:
            gradients = clip_by_global_norm(gradients, self.global_clipnorm)
        if self.weight_decay is not None:
            params = self._decayed(params, rate)
        params, renewed = self.rule(gradients, slots, params, rate, number)
        return params, slots | renewed

    def _decayed(self, params: Params, rate: Scalar) -> Params:
        decay = as_dtype_of(self.weight_decay, rate)  # type: ignore[arg-type]

        def shrink(path: Any, param: jax.Array) -> jax.Array:
            spared = any(re.search(pattern, leaf_name(path)) for pattern in self.weight_decay_exclusions)
            return param if spared else param - param * decay * rate

        shrunk: Params = jax.tree_util.tree_map_with_path(shrink, params)
        return shrunk

    def _accumulate(self, gradients: Params, state: OptimizerState, params: Params) -> Moved:
        """Adds the gradients up; every n-th step applies their mean."""
        steps = self.gradient_accumulation_steps
        total = jax.tree.map(jnp.add, state.slots[ACCUMULATOR], gradients)
        slots = state.slots | {ACCUMULATOR: total}

        def apply() -> Moved:
            mean = jax.tree.map(lambda g: g / as_dtype_of(steps, g), total)
            moved, renewed = self._apply(mean, slots, params, state.step, state.step // steps + 1)
            return moved, renewed | {ACCUMULATOR: zeros_like(total)}

        result: Moved = lax.cond((state.step + 1) % steps == 0, apply, lambda: (params, slots))
        return result

    def _averages(self) -> bool:
        return self.use_ema or self.polyak_start is not None

    def _average(self, params: Params, slots: Slots, state: OptimizerState) -> Moved:
        """The parameters, which the average may replace, and the slots with the new average."""
        every = 1 if self.gradient_accumulation_steps is None else self.gradient_accumulation_steps
        updates, taken = state.step // every, (state.step + 1) // every
        if not self.use_ema:
            mean = running_mean(slots[AVERAGE], params, taken - self.polyak_start, taken > updates)
            return params, slots | {AVERAGE: mean}
        average = moving_average(slots[AVERAGE], params, self.ema_momentum, updates)
        if self.ema_overwrite_frequency is not None:
            params = select((updates + 1) % self.ema_overwrite_frequency == 0, average, params)
        return params, slots | {AVERAGE: average}


def zeros_like(params: Params) -> Params:
    """A slot of zeros."""
    slot: Params = jax.tree.map(jnp.zeros_like, params)
    return slot


def accept_functions(optimizer: Any) -> None:
    """A plain function of the step, where a number may stand, becomes a schedule."""
    for field in dataclasses.fields(optimizer):
        if not is_static(field):
            where = f"{type(optimizer).__name__}: {field.name}"
            assign(optimizer, **{field.name: as_number(where, getattr(optimizer, field.name))})


def _only_one(optimizer: Any, *names: str) -> None:
    given = [name for name in names if getattr(optimizer, name) is not None]
    if len(given) > 1:
        raise UsageError(
            f"{type(optimizer).__name__}: only one of {', '.join(names)} can be set, got {' and '.join(given)}."
        )


def _type_of(params: Params) -> jnp.dtype:
    # One type for all, so that the scalars of a rule are computed once a step and not once a parameter.
    types = {leaf.dtype for leaf in jax.tree.leaves(params)}
    if len(types) > 1:
        names = " and ".join(sorted(str(dtype) for dtype in types))
        raise UsageError(f"optimizer: the parameters must have one type, got {names}. Cast them to one.")
    return types.pop() if types else jnp.result_type(float)
