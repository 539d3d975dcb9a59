"""Rates of a graph as schedules of a run: what `tf.train.exponential_decay` and the others are in `Model.compile` or `fl.train`."""

from __future__ import annotations

import math
from typing import Any

from fallline.graph.core.building import constant_value
from fallline.graph.core.failures import GraphError
from fallline.graph.core.nodes import Tensor
from fallline.graph.core.variables import Variable
from fallline.graph.train import decay
from fallline.optimizers import schedules


def number_or_schedule(where: str, given: Any) -> Any:
    """A number of an optimizer of a run: a number, a constant tensor's value, or the schedule that a tensor is.

    Args:
        where: Begins the message, such as `Adam: learning_rate`.
        given: A number, a function of no arguments that gives one, or a tensor.

    Raises:
        GraphError: it is a tensor that has a value in sessions only.
    """
    given = given() if callable(given) else given
    if not isinstance(given, Tensor | Variable):
        return given
    value = None if isinstance(given, Variable) else _constant(given)
    if value is not None:
        return value
    schedule = None if isinstance(given, Variable) else _schedule(given)
    if schedule is None:
        raise GraphError(
            f"{where} is the tensor {given.name}, which has a value in sessions only. In a run give a number, or a schedule of "
            "fallline.optimizers.schedules."
        )
    return schedule


def _constant(tensor: Tensor) -> float | None:
    while tensor.op.type == "Cast":
        tensor = tensor.op.inputs[0]
    value = constant_value(tensor)
    return None if value is None else value.item()


def _schedule(rate: Tensor) -> Any:
    """The schedule of a node of `decay` whose numbers are constants; None: it is none."""
    operation = rate.op
    first, _, *rest = [*operation.inputs, None, None]
    if operation.type == "PiecewiseConstant":
        values = [_constant(each) for each in operation.inputs[1:]]
        number = len(values) // 2
        return None if None in values else schedules.PiecewiseConstantDecay(values[:number], values[number:])
    numbers = [_constant(each) for each in (first, *rest) if each is not None]
    if operation.type not in _KINDS or None in numbers:
        return None
    known: list[Any] = numbers
    return _KINDS[operation.type](known, operation.formula.compute, operation.attributes)


def _exponential(numbers: list[Any], formula: Any, switches: Any) -> Any:
    rate, steps, factor = numbers
    natural = formula is decay.NATURAL
    return schedules.ExponentialDecay(
        rate, steps, math.exp(-factor) if natural else factor, switches["staircase"]
    )


def _inverse_time(numbers: list[Any], _: Any, switches: Any) -> Any:
    rate, steps, factor = numbers
    return schedules.InverseTimeDecay(rate, steps, factor, switches["staircase"])


def _polynomial(numbers: list[Any], _: Any, switches: Any) -> Any:
    rate, steps, end, power = numbers
    return schedules.PolynomialDecay(rate, steps, end, power, switches["cycle"])


def _cosine(numbers: list[Any], *_: Any) -> Any:
    return schedules.CosineDecay(*numbers)


def _restarts(numbers: list[Any], *_: Any) -> Any:
    return schedules.CosineDecayRestarts(*numbers)


_KINDS = {
    "ExponentialDecay": _exponential,
    "InverseTimeDecay": _inverse_time,
    "PolynomialDecay": _polynomial,
    "CosineDecay": _cosine,
    "SGDRDecay": _restarts,
}
