"""The rules with their slots and numbers, under the names of TensorFlow's kernels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from fallline._ranges import FRACTION, NOT_NEGATIVE, POSITIVE, Range
from fallline.optimizers.tensorflow1 import rules
from fallline.own.shown import fields_shown

_NOT_POSITIVE = Range("at most 0", high=0.0)
_L1, _L2 = (
    ("l1_regularization_strength", 0.0, NOT_NEGATIVE),
    ("l2_regularization_strength", 0.0, NOT_NEGATIVE),
)
_ACCUMULATOR = ("initial_accumulator_value", 0.1, POSITIVE)


@dataclasses.dataclass(frozen=True)
class Kind:
    """A rule and what it works with.

    Attributes:
        function: (w, *slots, *arguments, g) -> (w, *slots).
        slots: Name of a slot -> its first value, or the number that it is.
        numbers: Name, default and range of each number beside the rate.
        arguments: What the function takes between the slots and the gradient: `rate`, names of numbers, `step` (from 1),
            `power1` and `power2` (the betas to the power of the step), `l2` (with the share of beta).
    """

    __repr__ = fields_shown

    function: Callable[..., rules.Arrays]
    slots: tuple[tuple[str, float | str], ...] = ()
    numbers: tuple[tuple[str, float, Range], ...] = ()
    arguments: tuple[str, ...] = ("rate",)

    @property
    def slot_names(self) -> tuple[str, ...]:
        """The slots, in the order of the function."""
        return tuple(name for name, _ in self.slots)


def _rmsprop(function: Callable[..., rules.Arrays], *slots: tuple[str, float | str]) -> Kind:
    numbers = (("decay", 0.9, FRACTION), ("momentum", 0.0, NOT_NEGATIVE), ("epsilon", 1e-10, NOT_NEGATIVE))
    return Kind(function, slots, numbers, ("rate", "decay", "momentum", "epsilon"))


def _momentum(function: Callable[..., rules.Arrays]) -> Kind:
    return Kind(function, (("momentum", 0.0),), (("momentum", 0.9, NOT_NEGATIVE),), ("rate", "momentum"))


def _ftrl(function: Callable[..., rules.Arrays], *shrinkage: tuple[str, float, Range]) -> Kind:
    numbers = (
        ("learning_rate_power", -0.5, _NOT_POSITIVE),
        ("initial_accumulator_value", 0.1, NOT_NEGATIVE),
        _L1,
        _L2,
        ("beta", 0.0, NOT_NEGATIVE),
        *shrinkage,
    )
    arguments = ("rate", _L1[0], "l2", *(name for name, *_ in shrinkage), "learning_rate_power")
    return Kind(function, (("accum", "initial_accumulator_value"), ("linear", 0.0)), numbers, arguments)


KINDS = {
    "GradientDescent": Kind(rules.gradient_descent),
    "Momentum": _momentum(rules.momentum),
    "NesterovMomentum": _momentum(rules.nesterov_momentum),
    "Adagrad": Kind(rules.adagrad, (("accumulator", _ACCUMULATOR[0]),), (_ACCUMULATOR,)),
    "AdagradDA": Kind(
        rules.adagrad_da,
        (("gradient_accumulator", 0.0), ("gradient_squared_accumulator", _ACCUMULATOR[0])),
        (_ACCUMULATOR, _L1, _L2),
        ("rate", _L1[0], _L2[0], "step"),
    ),
    "Adadelta": Kind(
        rules.adadelta,
        (("accum", 0.0), ("accum_update", 0.0)),
        (("rho", 0.95, FRACTION), ("epsilon", 1e-8, NOT_NEGATIVE)),
        ("rate", "rho", "epsilon"),
    ),
    "RMSProp": _rmsprop(rules.rmsprop, ("rms", 1.0), ("momentum", 0.0)),
    "CenteredRMSProp": _rmsprop(rules.centered_rmsprop, ("mg", 0.0), ("rms", 1.0), ("momentum", 0.0)),
    "Adam": Kind(
        rules.adam,
        (("m", 0.0), ("v", 0.0)),
        (("beta1", 0.9, FRACTION), ("beta2", 0.999, FRACTION), ("epsilon", 1e-8, NOT_NEGATIVE)),
        ("power1", "power2", "rate", "beta1", "beta2", "epsilon"),
    ),
    "Ftrl": _ftrl(rules.ftrl),
    "FtrlV2": _ftrl(rules.ftrl_with_shrinkage, ("l2_shrinkage_regularization_strength", 0.0, NOT_NEGATIVE)),
    "ProximalGradientDescent": Kind(
        rules.proximal_gradient_descent, (), (_L1, _L2), ("rate", _L1[0], _L2[0])
    ),
    "ProximalAdagrad": Kind(
        rules.proximal_adagrad,
        (("accumulator", _ACCUMULATOR[0]),),
        (_ACCUMULATOR, _L1, _L2),
        ("rate", _L1[0], _L2[0]),
    ),
}
"""Name -> rule; the names are those of TensorFlow's kernels, but for Nesterov's momentum, a switch there."""
