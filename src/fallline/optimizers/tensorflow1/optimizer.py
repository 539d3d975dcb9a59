"""The rules of TensorFlow 1 as optimizers of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, final, runtime_checkable

import jax
import jax.numpy as jnp

from fallline._ranges import NOT_NEGATIVE, checked_number, named, number
from fallline._tree import assign, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.errors import UsageError, suggestion
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step
from fallline.optimizers.optimizer import Optimizer, optimizers
from fallline.optimizers.tensorflow1.kinds import KINDS, Kind


@runtime_checkable
class OffersOptimizer(Protocol):
    """What is no optimizer of a run, but says which it stands for, such as `tf.train.AdamOptimizer(0.1)`."""

    def as_optimizer(self) -> Optimizer:
        """The optimizer that it stands for."""


@optimizers.register()
@final
@tree
class TensorFlow1Optimizer(FirstOrderOptimizer):
    """An optimizer of TensorFlow 1 with its numerics: first values of slots, place of epsilon, place of the rate.

    p <- p - rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)

    for the kind "Adam", with m and v the moving means of g and g^2. The equations of the others stand in
    `fallline.optimizers.tensorflow1.rules`. `model.compile(tf.train.AdamOptimizer(0.1))`, with
    `import fallline.graph as tf`, gives one of these.

    Attributes:
        learning_rate: A number, or a schedule.
        kind: The rule, under TensorFlow's name: GradientDescent, Momentum, NesterovMomentum, Adagrad, AdagradDA, Adadelta,
            RMSProp, CenteredRMSProp, Adam, Ftrl, FtrlV2 (with shrinkage), ProximalGradientDescent or ProximalAdagrad.
        numbers: The other numbers of the rule: a dictionary by their names in `tf.train`, those left out at TensorFlow's
            defaults; or all of them in order. They are kept in order.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: there is no such rule, or it has no such number, or a number is out of its range.

    Source: TensorFlow 2.21.0, core/kernels/training_ops.cc, python/training.
    """

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    kind: str = named("Adam", KINDS)
    numbers: tuple[Number, ...] | Mapping[str, Number] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        assign(self, numbers=_checked(KINDS[self.kind], self.kind, self.numbers))

    def _values(self, like: Any) -> dict[str, Any]:
        kept: Any = self.numbers
        names = [name for name, *_ in KINDS[self.kind].numbers]
        return {name: as_dtype_of(value, like) for name, value in zip(names, kept, strict=True)}

    def init_slots(self, params: Params) -> Slots:
        """The slots of the rule, at TensorFlow's first values."""

        def filled(first: float | str) -> Params:
            def of(param: jax.Array) -> jax.Array:
                value = self._values(param)[first] if isinstance(first, str) else first
                return jnp.full_like(param, value)

            slot: Params = jax.tree.map(of, params)
            return slot

        return {name: filled(first) for name, first in KINDS[self.kind].slots}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the rule, for each parameter."""
        kind, values = KINDS[self.kind], self._values(rate)
        values |= {"rate": rate, "step": step.astype(rate.dtype)}
        if "power1" in kind.arguments:
            values |= {
                "power1": values["beta1"] ** values["step"],
                "power2": values["beta2"] ** values["step"],
            }
        if "l2" in kind.arguments:
            values["l2"] = values["l2_regularization_strength"] + values["beta"] / (2 * rate)
        arguments = [values[name] for name in kind.arguments]
        leaves, form = jax.tree.flatten(params)
        given = [jax.tree.leaves(slots[name]) for name in kind.slot_names]
        moved = [
            kind.function(w, *of, *arguments, g)
            for w, g, *of in zip(leaves, jax.tree.leaves(gradients), *given, strict=True)
        ]
        new, *renewed = [
            jax.tree.unflatten(form, [each[place] for each in moved]) for place in range(1 + len(given))
        ]
        return new, dict(zip(kind.slot_names, renewed, strict=True))


def _checked(kind: Kind, name: str, given: Any) -> tuple[Any, ...]:
    where, known = f"TensorFlow1Optimizer: numbers of {name}", [each for each, *_ in kind.numbers]
    if isinstance(given, Mapping):
        if unknown := [each for each in given if each not in known]:
            hint = suggestion(str(unknown[0]), known) if known else "It has none but the rate."
            raise UsageError(f'{where}: there is no "{unknown[0]}". {hint}')
        given = [given.get(each, default) for each, default, _ in kind.numbers]
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise UsageError(f"{where}: expected a dictionary of {', '.join(known)}, got {given!r:.60}.")
    if not given:
        given = [default for _, default, _ in kind.numbers]
    if len(given) != len(known):
        raise UsageError(
            f"{where}: expected {len(known)} of them ({', '.join(known) or 'none'}), got {len(given)}."
        )
    return tuple(
        checked_number(f"{where}: {each}", value, allowed)
        for (each, _, allowed), value in zip(kind.numbers, given, strict=True)
    )
