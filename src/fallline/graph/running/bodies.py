"""Operations that hold a part of the graph: gradients, and the branches of a condition."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from fallline.graph.core.failures import GraphError
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.running.form import BranchForm, Form, GradientForm, Instruction, added, never, zero_like
from fallline.graph.running.plan import Planner
from fallline.graph.running.references import referred


@dataclasses.dataclass(frozen=True, eq=False)
class GradientBody:
    """Gradients of tensors with respect to tensors.

    Attributes:
        ys: The tensors that are differentiated, summed over all their elements.
        xs: The tensors or variables that the gradients are taken to.
        weights: Of the ys, or None.
        between: Tensors on the way from xs to ys, which must not be fed.
    """

    ys: tuple[Tensor, ...]
    xs: tuple[Tensor, ...]
    weights: tuple[Tensor, ...] | None
    between: frozenset[Tensor]

    def planned(self, planner: Planner, operation: Operation) -> Instruction:
        """The way from xs to ys as a program of its own, whose reverse gives the gradients."""
        for each in planner.fed & self.between:
            raise GraphError(
                f"{each.name} is fed, and gradients pass through it ('{operation.name}'): feed the placeholder that it is "
                "computed from, or make it a placeholder and differentiate from there."
            )
        ys = [planner.place(operation, each) for each in self.ys]
        groups = [self._places(planner, operation, each) for each in self.xs]
        way = _way(planner.instructions, {place for group in groups for place in group}, set(ys))
        inner, wanted = _inner(planner, way, groups, ys)
        weights = [planner.place(operation, each) for each in self.weights or ()]
        form = GradientForm(inner, wanted, len(ys), self.weights is not None)
        inputs = (*inner.arguments, *weights)
        return Instruction(
            GradientForm(_renumbered(inner), wanted, len(ys), form.weighted),
            (),
            inputs,
            tuple(planner.new_place() for _ in operation.outputs),
            passes=(True,) * len(inputs),
        )

    @staticmethod
    def _places(planner: Planner, operation: Operation, x: Tensor) -> list[int]:
        """Where an x stands: a variable, at all its values so far, as nodes may have seen different ones."""
        inner = referred(x)
        if inner in planner.fed or not inner.op.is_variable:
            return [planner.place(operation, x)]
        variable = inner.op
        places = [*planner.versions.get(variable, [])]
        if variable in planner.first or not places:
            places.insert(0, planner.version(variable, None))
        return places


def _way(instructions: Sequence[Instruction], xs: set[int], ys: set[int]) -> list[Instruction]:
    """The instructions that ys depend on and that depend on xs, along edges that gradients pass."""
    reached, active = set(xs), []
    for each in instructions:
        if any(place in reached and passes for place, passes in zip(each.inputs, each.passes, strict=True)):
            reached |= set(each.outputs)
            active.append(each)
    wanted, kept = set(ys), []
    for each in reversed(active):
        if wanted & set(each.outputs):
            wanted |= {place for place, passes in zip(each.inputs, each.passes, strict=True) if passes}
            kept.append(each)
    return kept[::-1]


def _inner(
    planner: Planner, way: list[Instruction], groups: list[list[int]], ys: list[int]
) -> tuple[Form, tuple[tuple[int, ...], ...]]:
    computed = {place for each in way for place in each.outputs}
    places = [place for group in groups for place in group]
    # An x that is computed on the way, or that stands for itself and its new values, gets a zero of its own beside it.
    zeros: dict[int, int] = {}
    for place in places:
        if place in computed and place not in zeros:
            zeros[place] = planner.new_place()
            planner.instructions.append(
                Instruction(zero_like, (), (place,), (zeros[place],), passes=(False,))
            )
    raw: dict[int, int] = {}
    instructions: list[Instruction] = []
    for each in way:
        for place in each.outputs:
            if place in zeros:
                raw[place] = planner.new_place()
        outputs = tuple(raw.get(place, place) for place in each.outputs)
        instructions.append(dataclasses.replace(each, outputs=outputs))
        instructions += [
            Instruction(added, (), (raw[place], zeros[place]), (place,), passes=(True, True))
            for place in each.outputs
            if place in zeros
        ]
    outer = [place for each in way for place in each.inputs if place not in computed]
    states = [each.state[0] for each in way if each.state is not None]
    leaves = [place for place in places if place not in computed]
    rest = [place for place in ys if place not in computed]
    arguments = list(dict.fromkeys([*leaves, *zeros.values(), *outer, *states, *rest]))
    wanted = tuple(tuple(arguments.index(zeros.get(place, place)) for place in group) for group in groups)
    return Form(tuple(arguments), tuple(instructions), tuple(ys)), wanted


def _renumbered(form: Form) -> Form:
    """A form with places from 0 on, so that equal ones are equal wherever they stand."""
    numbers: dict[int, int] = {}

    def number(place: int) -> int:
        return numbers.setdefault(place, len(numbers))

    arguments = tuple(map(number, form.arguments))
    instructions = []
    for each in form.instructions:
        state = None if each.state is None else (number(each.state[0]), number(each.state[1]))
        checks = None if each.checks is None else number(each.checks)
        instructions.append(
            dataclasses.replace(
                each,
                inputs=tuple(map(number, each.inputs)),
                outputs=tuple(map(number, each.outputs)),
                state=state,
                checks=checks,
            )
        )
    return Form(arguments, tuple(instructions), tuple(map(number, form.results)))


@dataclasses.dataclass(frozen=True, eq=False)
class BranchBody:
    """The branches of a condition.

    Attributes:
        condition: The truth value.
        keys: What the nodes of each branch name as theirs.
        results: What each branch gives: tensors, of one type and number.
        effects: Operations of each branch that run with it.
    """

    condition: Tensor
    keys: tuple[Any, Any]
    results: tuple[tuple[Tensor, ...], tuple[Tensor, ...]]
    effects: tuple[tuple[Operation, ...], tuple[Operation, ...]]

    def planned(self, planner: Planner, operation: Operation) -> Instruction:
        """Both branches as programs, of which the condition chooses one."""
        branches: list[tuple[Planner, list[int]]] = []
        for key, results, effects in zip(self.keys, self.results, self.effects, strict=True):
            branch = Planner(planner.fed, planner.present, planner, operation, key)
            branch.plan([*(each.op for each in results), *effects])
            branches.append((branch, [branch.final(each) for each in results]))
        states = list(dict.fromkeys(each for branch, _ in branches for each in branch.states))
        checks = list(dict.fromkeys(each for branch, _ in branches for each, _, _ in branch.checks))
        forms = []
        for branch, found in branches:
            # The values of variables first, for they are the operation's first outputs.
            places = [branch.latest(variable) for variable in operation.writes]
            places += found
            places += [_state_after(branch, each) for each in states]
            places += [_flag(branch, each) for each in checks]
            # All of this may have taken further arguments of the parent.
            arguments = tuple(branch.taken.values())
            forms.append(_renumbered(Form(arguments, tuple(branch.instructions), tuple(places))))
        takes = [[_outer(planner, key) for key in branch.taken] for branch, _ in branches]
        condition = planner.place(operation, self.condition)
        inputs = (condition, *takes[0], *takes[1])
        outputs = [planner.new_place() for _ in (*operation.outputs, *states, *checks)]
        first = len(operation.outputs)
        for each, place in zip(states, outputs[first:], strict=False):
            planner.states[each] = (planner.argument(("state", each)), place)
        for each, place in zip(checks, outputs[first + len(states) :], strict=True):
            planner.checks.append((each, place, ()))
        return Instruction(
            BranchForm((forms[0], forms[1]), len(takes[0])),
            (),
            inputs,
            tuple(outputs),
            passes=(False,) + (True,) * (len(inputs) - 1),
        )


def _state_after(branch: Planner, operation: Operation) -> int:
    """Where the state of an operation stands after a branch: as it was, if it is of the other one."""
    return (
        branch.states[operation][1] if operation in branch.states else branch.argument(("state", operation))
    )


def _flag(branch: Planner, operation: Operation) -> int:
    """Where a branch says whether a check of an operation failed: not, if it is of the other one."""
    for each, place, _ in branch.checks:
        if each is operation:
            return place
    place = branch.new_place()
    branch.instructions.append(Instruction(never, (), (), (place,)))
    return place


def _outer(planner: Planner, key: Any) -> int:
    """Where the parent has what a branch takes: a value, a fed tensor or a constant."""
    if isinstance(key, tuple) and key[0] == "outer":
        return key[1]
    return planner.argument(key)
