"""One way of calling `run`: its plan, and a compiled program for each form of what is fed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fallline._tree import static, tree
from fallline.compilation.program import CompiledProgram, Program, used_by
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.running.checks import Checks, parted, raise_broken
from fallline.graph.running.form import Form
from fallline.graph.running.plan import Plan

SHAPES = 4
"""Shapes of what is fed up to which a way of calling `run` is compiled in full."""


@tree
class _Program:
    form: Form = static()


def _written_first(program: _Program, written: list[Any], rest: list[Any]) -> tuple[Any, ...]:
    return program.form(*written, *rest)


_PROGRAM = Program(_written_first, "graph run")
_DONATING = Program(_written_first, "graph run", donate=(1,))
_CHECKS = Program(_written_first, "graph checks")
# Of many shapes, such as episodes of many lengths, each runs a few times: compiling is what costs.
_SHORT = Program(_written_first, "graph run of one of many shapes", runs_once=True)
_SHORT_DONATING = Program(
    _written_first, "graph run of one of many shapes, in place", donate=(1,), runs_once=True
)
_ONCE = Program(_written_first, "graph initialisation", runs_once=True)


class Call:
    """What one way of calling `run` needs: the plan, and a compiled program for each form of what is fed."""

    def __init__(self, plan: Plan, session: Any) -> None:
        self.checks, self.plan = parted(plan, session.values)
        plan = self.plan
        self.programs: dict[Any, CompiledProgram] = {}
        self.checking: dict[Any, CompiledProgram] = {}
        self.written, self.made, self.read = plan.written, plan.made, plan.read
        self.constants = [session.constant(each) for each in plan.constants]
        self.plain = not (plan.checks or plan.states)
        # Variables made with validate_shape=False may change their shape from run to run.
        self.of_any_shape = [each for each in (*plan.written, *plan.read) if _may_change(each.outputs[0])]

    def is_current(self, values: Mapping[Operation, Any]) -> bool:
        """Whether the variables that the plan makes have no value yet, as it supposes."""
        return not any(each in values for each in self.made)

    def __call__(self, session: Any, fed: Mapping[Tensor, Any]) -> list[Any]:
        """Runs it: the fetched values; variables and states get their new ones."""
        plan, values = self.plan, session.values
        written = [values[each] for each in self.written]
        rest = [values[each] for each in self.read]
        if plan.states:
            rest += [session.state(each) for each in plan.states]
        rest += self.constants
        arrays = [fed[each] for each in plan.fed]
        rest += arrays
        key = tuple([each.shape for each in arrays])
        if self.of_any_shape:
            key += tuple([values[each].shape for each in self.of_any_shape])
        program = self.programs.get(key)
        if program is None:
            with used_by(session):
                program = self.programs[key] = self._kind.compile(_Program(plan.form), written, rest)
        leaves = written + rest
        if self.checks is not None:
            self._check(session, self.checks, key, leaves)
        results = program.flat(leaves)
        return self._kept(session, results)

    @property
    def _kind(self) -> Program:
        starts = self.made and not (self.written or self.read or self.plan.fed)
        if starts:
            return _ONCE
        if len(self.programs) >= SHAPES:
            return _SHORT if self.plan.checks else _SHORT_DONATING
        return _PROGRAM if self.plan.checks else _DONATING

    def _check(self, session: Any, checks: Checks, key: Any, leaves: list[Any]) -> None:
        given = [leaves[place] for place in checks.places]
        program = self.checking.get(key)
        if program is None:
            with used_by(session):
                program = self.checking[key] = _CHECKS.compile(_Program(checks.form), [], given)
        raise_broken(checks.checks, program.flat(given))

    def _kept(self, session: Any, results: Sequence[Any]) -> list[Any]:
        values, place = session.values, len(self.written)
        if self.plain:
            if place:
                values.update(zip(self.written, results, strict=False))
            for each in self.made:
                values[each] = results[place]
                place += 1
            return list(results[place:])
        plan, first = self.plan, place + len(self.made)
        told = first + len(plan.states)
        end = told + sum(1 + number for _, number in plan.checks)
        raise_broken(plan.checks, results[told:end])
        values.update(zip((*self.written, *self.made), results, strict=False))
        session.states.update(zip(plan.states, results[first:told], strict=True))
        return list(results[end:])


def _may_change(variable: Tensor) -> bool:
    return variable.sizes is None or None in variable.sizes
