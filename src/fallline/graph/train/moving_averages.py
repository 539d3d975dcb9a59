"""Moving averages of variables and tensors, kept in variables beside them.

Source: TensorFlow 2.21.0, python/training/moving_averages.py, for names and numerics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from fallline.graph.core.building import convert, scope
from fallline.graph.core.dtypes import float32
from fallline.graph.core.failures import GraphTypeError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.variable_lists import trainable_variables
from fallline.graph.core.variable_scopes import get_variable_scope
from fallline.graph.core.variables import IDENTITY, Variable, update
from fallline.graph.ops.arrays import cast, zeros
from fallline.graph.ops.math import minimum
from fallline.graph.train.slots import constant_of, make_slot


def _averaged(shadow: Any, value: Any, rest: Any) -> Any:
    return shadow - (shadow - value) * rest


def _debiased(shadow: Any, biased: Any, steps: Any, value: Any, rest: Any) -> tuple[Any, ...]:
    del shadow
    biased, steps = _averaged(biased, value, rest), steps + 1
    return biased / (1 - jnp.power(1 - rest, steps)), biased, steps


_AVERAGED, _DEBIASED = Formula(_averaged, differentiable=False), Formula(_debiased, differentiable=False)


def _helpers(variable: Variable) -> tuple[Variable, Variable]:
    """The biased average and the number of steps, beside a variable that is debiased."""
    kind, sizes = variable.dtype.base_dtype, variable._ref.sizes
    scope_now = get_variable_scope().name
    behind = f"{scope_now}/{variable.op.name}" if scope_now else variable.op.name

    def made(name: str, initial: Callable[[], Tensor]) -> Variable:
        return Variable(initial, trainable=False, name=f"{behind}/{name}")

    graph = get_default_graph()
    with graph.control_dependencies(None), graph.name_scope(None):
        return (
            made("biased", lambda: constant_of(variable, 0.0)(sizes, kind)),
            made("local_step", lambda: zeros((), kind, "zeros")),
        )


def _debiased_move(
    variable: Variable, helpers: tuple[Variable, Variable], value: Any, rest: Any, name: str
) -> Operation:
    kind = variable.dtype.base_dtype
    kept = [variable._ref, *(helper._ref for helper in helpers)]
    inputs = [*kept, cast(convert(value), kind), cast(rest, kind)]
    return update("AssignMovingAvg", variable, inputs, _DEBIASED, name, helpers).op


class ExponentialMovingAverage:
    """Keeps averages `s <- s - (1 - decay) (s - v)` of variables, and of tensors.

    The average of a variable starts at its first value, that of a tensor at 0.
    """

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:
        """Takes the numbers.

        Args:
            decay: Share of the average that stays, float32; a number, or a tensor.
            num_updates: The number n of steps so far: the share is at most (1 + n) / (10 + n).
            zero_debias: Whether averages of tensors are divided by 1 - decay^t, for they start at 0.
            name: The name of the averages and operations.
        """
        self._decay, self._num_updates, self._zero_debias = decay, num_updates, bool(zero_debias)
        self._name = name
        self._averages: dict[Operation, Variable] = {}
        self._helpers: dict[Operation, tuple[Variable, Variable]] = {}

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    def apply(self, var_list: Sequence[Any] | None = None) -> Operation:
        """An operation that updates the averages, which are made where there are none.

        Args:
            var_list: Variables and tensors; by default the trainable variables.

        Raises:
            GraphTypeError: one is of no type of floats.
        """
        given = list(trainable_variables() if var_list is None else var_list)
        graph = get_default_graph()
        for each in given:
            if not each.dtype.is_floating:
                raise GraphTypeError(f"The variables must be half, float, or double: {each.name}")
        for each in given:
            if each.op not in self._averages:
                self._averages[each.op] = self._shadow(each)
        with graph.name_scope(self.name) as entered:
            decay = convert(self._decay, float32, name="decay")
            if self._num_updates is not None:
                number = cast(convert(self._num_updates), float32, name="num_updates")
                decay = minimum(decay, (1.0 + number) / (10.0 + number))  # type: ignore[operator]
            rest: Any = 1.0 - decay  # type: ignore[operator]
            updates = [self._update(each, rest) for each in given]
            return graph.add("NoOp", [], IDENTITY, [], entered, controls=updates)

    def _shadow(self, each: Any) -> Variable:
        graph = get_default_graph()
        with graph.control_dependencies(None):
            if isinstance(each, Variable):
                shadow = make_slot(each, lambda *_: each.initialized_value(), self.name)
                graph.add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, each)
                return shadow
            shadow = make_slot(each, constant_of(each, 0.0), self.name)
            if self._zero_debias:
                self._helpers[shadow.op] = _helpers(shadow)
            return shadow

    def _update(self, each: Any, rest: Tensor) -> Operation:
        shadow = self._averages[each.op]
        helpers = self._helpers.get(shadow.op)
        if helpers is None:
            return assign_moving_average_of(shadow, convert(each), rest)
        return _debiased_move(shadow, helpers, convert(each), rest, "AssignMovingAvg")

    def average(self, var: Any) -> Variable | None:
        """The variable that holds the average; None where none is kept."""
        return self._averages.get(var.op)

    def average_name(self, var: Any) -> str:
        """The name of the average, or the one that it would have."""
        kept = self._averages.get(var.op)
        if kept is not None:
            return kept.op.name
        return get_default_graph().unique_name(f"{var.op.name}/{self.name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables: Sequence[Any] | None = None) -> dict[str, Variable]:
        """Names -> variables, for a `Saver` that loads averages into the variables.

        Args:
            moving_avg_variables: The variables whose averages are loaded; by default the trainable ones and those of which
                averages are kept. All others are loaded under their own names.
        """
        graph = get_default_graph()
        if moving_avg_variables is None:
            moving_avg_variables = [
                *trainable_variables(), *graph.get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES)
            ]  # fmt: skip
        averaged = list(dict.fromkeys(moving_avg_variables))
        found = {self.average_name(each): each for each in averaged}
        known = {each.name for each in averaged}
        for each in graph.get_collection(GraphKeys.GLOBAL_VARIABLES):
            if each.name not in known and each.op.name not in found:
                found[each.op.name] = each
        return found


def assign_moving_average_of(variable: Variable, value: Any, rest: Any, name: str | None = None) -> Operation:
    """The operation `variable <- variable - rest (variable - value)`, with `rest` a float32 tensor."""
    kind = variable.dtype.base_dtype
    inputs = [variable._ref, cast(convert(value), kind), cast(rest, kind)]
    return update("AssignSub", variable, inputs, _AVERAGED, name or "AssignMovingAvg").op


def assign_moving_average(
    variable: Variable, value: Any, decay: Any, zero_debias: bool = True, name: str | None = None
) -> Tensor:
    """A tensor that moves a variable towards a value: `variable <- variable - (1 - decay) (variable - value)`.

    Args:
        variable: The variable, of floats.
        value: A tensor of its shape.
        decay: Share that stays; a number, or a tensor.
        zero_debias: Whether the variable is taken for an average that starts at 0, and is debiased: variables `biased` and
            `local_step` are kept beside it.
        name: Of the node.
    """
    with scope(name, "AssignMovingAvg") as entered:
        rest = convert(1.0 - decay, name="decay")
        if zero_debias:
            return _debiased_move(variable, _helpers(variable), value, rest, entered).outputs[0]
        return assign_moving_average_of(variable, value, rest, entered).outputs[0]
