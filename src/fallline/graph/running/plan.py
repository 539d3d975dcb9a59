"""From a graph to the program of one run: what is needed, in which order, and which value of a variable each node sees.

The order is that in which the graph was built, which no edge contradicts. Of a variable that is written in the run

- a node sees the value from before the run, unless the write is an ancestor of it, by a tensor or a control dependency: then
  it sees what the last such write left;
- writes follow each other in the order in which they were made, each on what the one before left;
- fetched, the variable (its read value, an identity of it, what an assignment gives) is what it is at the end of the run.

TensorFlow promises less (without a dependency the order is the executor's) and gives the same in the cases that programs
rely on: the loss beside the training operation is that of before the step, the weight beside it that of after.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from fallline.graph.core.building import HANDED, INLINE
from fallline.graph.core.failures import GraphError
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.running.form import Form, Instruction, attributes_of
from fallline.graph.running.references import (
    is_on_host,
    is_reference,
    is_text,
    leads_to_variable,
    referred,
    variable_behind,
)


class Body(Protocol):
    """What an operation is that holds a part of the graph: gradients, a condition."""

    def planned(self, planner: Planner, operation: Operation) -> Instruction:
        """Its instruction, once everything that it needs has a place."""


@dataclasses.dataclass(frozen=True)
class HostStep:
    """An operation that Python runs after the program.

    Attributes:
        operation: The operation.
        inputs: For each input where it is found: ("device", place among the results) or ("host", tensor).
    """

    operation: Operation
    inputs: tuple[tuple[str, Any], ...]


@dataclasses.dataclass(frozen=True)
class Plan:
    """The program of a run, and what goes in and out.

    Attributes:
        form: Arguments: written variables, read variables, states, constants, fed tensors. Results: written variables,
            states, checks with what they tell, what is fetched.
        written: The variables that it writes.
        read: Those that it only reads.
        made: Written variables without a value before the run: no arguments, but results.
        states: The operations whose state it advances.
        constants: Constants that it takes as arguments.
        fed: The fed tensors that it takes.
        checks: The operations that check, with the number of values each tells.
        fetched: The tensors behind the last results.
        host: What Python runs afterwards.
        texts: The fed tensors that are text, which no program takes.
    """

    form: Form
    written: tuple[Operation, ...]
    made: tuple[Operation, ...]
    read: tuple[Operation, ...]
    states: tuple[Operation, ...]
    constants: tuple[Operation, ...]
    fed: tuple[Tensor, ...]
    checks: tuple[tuple[Operation, int], ...]
    fetched: tuple[Tensor, ...]
    host: tuple[HostStep, ...]
    texts: tuple[Tensor, ...]


class MissingError(Exception):
    """What a run lacks: variables without a value, placeholders that are not fed."""

    def __init__(self, variables: Sequence[Operation], placeholders: Sequence[Operation]) -> None:
        super().__init__()
        self.variables, self.placeholders = variables, placeholders


class Planner:
    """Makes a plan: gives each value a place, and each node its instruction."""

    def __init__(
        self,
        fed: Iterable[Tensor],
        present: Any,
        parent: Planner | None = None,
        owner: Operation | None = None,
        branch: Any = None,
    ) -> None:
        """Starts a plan.

        Args:
            fed: The tensors that are fed.
            present: The variables that have a value, as anything that answers `in`.
            parent: The plan that this one is a branch of.
            owner: The operation of the parent that holds this branch.
            branch: The branch, as the nodes in it name it.
        """
        self.fed = set(fed)
        self.present = present
        self.parent, self.owner, self.branch = parent, owner, branch
        self.places: dict[Any, int] = {}
        self.instructions: list[Instruction] = []
        self.versions: dict[Operation, list[int]] = {}
        self.first: dict[Operation, int] = {}
        self.sees: dict[Operation, dict[Operation, int]] = {}
        self.made: list[Operation] = []
        self.taken: dict[Any, int] = {}
        self.checks: list[tuple[Operation, int, tuple[int, ...]]] = []
        self.states: dict[Operation, tuple[int, int]] = {}
        self.host: list[Operation] = []
        self.missing_variables: dict[Operation, None] = {}
        self.missing_placeholders: dict[Operation, None] = {}
        self.by_output: dict[int, Instruction] = {}
        self._count = 0

    # Places

    def new_place(self) -> int:
        """A place that nothing stands in."""
        self._count += 1
        return self._count - 1

    def argument(self, key: Any) -> int:
        """The place of an argument: a fed tensor, a constant, a variable's first value, a state, a value of the parent."""
        if key not in self.taken:
            self.taken[key] = self.new_place()
        return self.taken[key]

    def place(self, operation: Operation, tensor: Tensor) -> int:
        """Where an operation finds the value of one of its inputs."""
        if tensor in self.fed:
            return self.argument(tensor)
        tensor = referred(tensor)
        if tensor in self.fed:
            return self.argument(tensor)
        if is_reference(tensor):
            return self.version(tensor.op, self.sees.get(operation, {}).get(tensor.op))
        writer = tensor.op
        if tensor.value_index < len(writer.writes):
            variable = writer.writes[tensor.value_index]
            return self.version(variable, self.sees.get(operation, {}).get(variable))
        if tensor in self.places:
            return self.places[tensor]
        if self.parent is not None:
            return self._from_parent(tensor)
        if tensor.op.branch is not None:
            raise GraphError(
                f"{tensor.name} was made within a branch of tf.cond and has a value only there: return it from the branch's "
                "function and use what tf.cond gives."
            )
        raise GraphError(
            f"{tensor.name} is computed in Python (text or a summary) and cannot go back into the program."
        )

    def _from_parent(self, tensor: Tensor) -> int:
        assert self.parent is not None
        assert self.owner is not None
        return self.argument(("outer", self.parent.place(self.owner, tensor)))

    def version(self, variable: Operation, number: int | None) -> int:
        """Where a value of a variable stands: that from before the run (None), or what a write left."""
        if number is not None:
            return self.versions[variable][number]
        if variable in self.first:
            return self.first[variable]
        if self.parent is not None:
            assert self.owner is not None
            if variable in self.owner.writes:  # A write follows those made before it.
                outer = self.parent.latest(variable)
            else:
                outer = self.parent.version(variable, self.parent.sees.get(self.owner, {}).get(variable))
            self.first[variable] = self.argument(("outer", outer))
            return self.first[variable]
        if variable not in self.present:
            if self.versions.get(variable):
                return self.versions[variable][0]
            self.missing_variables[variable] = None
        self.first[variable] = self.argument(variable)
        return self.first[variable]

    def latest(self, variable: Operation) -> int:
        """Where the value of a variable stands after all writes so far."""
        versions = self.versions.get(variable)
        return versions[-1] if versions else self.version(variable, None)

    # Nodes

    def plan(self, targets: Sequence[Operation]) -> None:
        """Makes the instructions of everything that these operations need, and theirs."""
        for operation in sorted(self._needed(targets), key=lambda each: each.index):
            self._sight(operation)
            self._instruct(operation)

    def _needed(self, targets: Sequence[Operation]) -> list[Operation]:
        found: dict[Operation, None] = {}
        waiting = list(targets)
        while waiting:
            operation = waiting.pop()
            if operation in found or (self.owner is not None and operation.branch != self.branch):
                continue
            found[operation] = None
            waiting += operation.control_inputs
            waiting += [each.op for each in operation.inputs if each not in self.fed]
        return list(found)

    def _sight(self, operation: Operation) -> None:
        """Which writes the operation comes after."""
        seen: dict[Operation, int] = {}
        before = [*operation.control_inputs, *(each.op for each in operation.inputs if each not in self.fed)]
        for each in before:
            for variable, number in self.sees.get(each, {}).items():
                seen[variable] = max(number, seen.get(variable, -1))
        self.sees[operation] = seen

    def _instruct(self, operation: Operation) -> None:
        if operation.is_variable or (
            all(each in self.fed for each in operation.outputs) and operation.outputs
        ):
            return
        if operation.type == "Placeholder":
            self.missing_placeholders[operation] = None
            self.places[operation.outputs[0]] = self.new_place()
            return
        if operation.type == "Identity" and leads_to_variable(operation.inputs[0]):
            return
        if operation.type == "NoOp":
            return
        if operation.formula.on_host:
            self.host.append(operation)
            return
        if operation.type == "Const" and (
            operation.formula is HANDED or operation.attributes["value"].size > INLINE
        ):
            self.places[operation.outputs[0]] = self.argument(operation)
            return
        if self._comes_from_host(operation):
            raise GraphError(
                f"'{operation.name}' takes what is computed in Python (text or a summary): it cannot go back into the program."
            )
        if "body" in operation.attributes:
            self.append(operation, operation.attributes["body"].planned(self, operation))
            return
        # A write comes after those made before it, whatever it depends on.
        inputs = [
            self.latest(referred(each).op)
            if self._is_written_here(operation, each)
            else self.place(operation, each)
            for each in operation.inputs[operation.formula.overwrites :]
        ]
        self.append(operation, self._plain(operation, tuple(inputs)))

    def _comes_from_host(self, operation: Operation) -> bool:
        return any(is_on_host(each, self.fed) for each in operation.inputs)

    def _is_written_here(self, operation: Operation, tensor: Tensor) -> bool:
        inner = referred(tensor)
        return (
            bool(operation.writes)
            and is_reference(inner)
            and inner.op in operation.writes
            and inner not in self.fed
        )

    def _plain(self, operation: Operation, inputs: tuple[int, ...]) -> Instruction:
        formula = operation.formula
        state = None
        if operation.state is not None:
            state = (self.argument(("state", operation)), self.new_place())
            self.states[operation] = state
        checks = self.new_place() if formula.checks is not None else None
        if checks is not None:
            self.checks.append((operation, checks, tuple(inputs[place] for place in formula.checks or ())))
        return Instruction(
            formula.compute,
            attributes_of(operation.attributes),
            inputs,
            tuple(self.new_place() for _ in operation.outputs),
            state,
            checks,
            tuple(map(formula.passes, range(len(inputs)))),
        )

    def append(self, operation: Operation, instruction: Instruction) -> None:
        """Adds an instruction: its first outputs become the newest values of the variables that the operation writes."""
        self.instructions.append(instruction)
        for place, variable in zip(instruction.outputs, operation.writes, strict=False):
            versions = self.versions.setdefault(variable, [])
            versions.append(place)
            self.sees[operation][variable] = len(versions) - 1
            if variable not in self.present and variable not in self.made:
                self.made.append(variable)
        for place, tensor in zip(
            instruction.outputs[len(operation.writes) :],
            operation.outputs[len(operation.writes) :],
            strict=False,
        ):
            self.places[tensor] = place
        for place in instruction.outputs:
            self.by_output[place] = instruction

    def final(self, tensor: Tensor) -> int:
        """Where a fetched tensor stands at the end of the run."""
        if tensor in self.fed:
            return self.argument(tensor)
        variable = variable_behind(tensor)
        return self.latest(variable) if variable is not None else self.place(tensor.op, tensor)


def plan_of(fetches: Sequence[Tensor | Operation], fed: Sequence[Tensor], present: Any) -> Plan:
    """The plan of a run.

    Args:
        fetches: Tensors and operations.
        fed: The tensors that are fed.
        present: The variables that have a value, as anything that answers `in`.

    Raises:
        MissingError: variables without a value, placeholders that are not fed.
        GraphError: a tensor that has no value outside of a branch.
    """
    planner = Planner(fed, present)
    planner.plan(
        [each.op if isinstance(each, Tensor) else each for each in fetches if each not in planner.fed]
    )
    tensors = dict.fromkeys(each for each in fetches if isinstance(each, Tensor))
    on_device = {each: None for each in tensors if not is_on_host(each, planner.fed)}
    for step in planner.host:
        on_device |= dict.fromkeys(each for each in step.inputs if not is_on_host(each, planner.fed))
    results = [planner.final(each) if each in tensors else planner.place(each.op, each) for each in on_device]
    return _assembled(planner, list(on_device), results)


def _assembled(planner: Planner, fetched: list[Tensor], results: list[int]) -> Plan:
    if planner.missing_variables or planner.missing_placeholders:
        raise MissingError(list(planner.missing_variables), list(planner.missing_placeholders))
    made = set(planner.made)
    written = [each for each in planner.versions if each not in made]
    for variable in written:
        planner.version(variable, None)
    read = [
        key for key in planner.taken if isinstance(key, Operation) and key.is_variable and key not in written
    ]
    constants = [key for key in planner.taken if isinstance(key, Operation) and not key.is_variable]
    states = list(planner.states)
    used = [key for key in planner.taken if isinstance(key, Tensor)]
    arguments = [*written, *read, *(("state", each) for each in states), *constants, *used]
    told = [place for _, flag, places in planner.checks for place in (flag, *places)]
    form = Form(
        tuple(planner.taken[key] for key in arguments),
        tuple(planner.instructions),
        (
            *(planner.latest(each) for each in (*written, *planner.made)),
            *(after for _, after in planner.states.values()),
            *told,
            *results,
        ),
    )
    at = {tensor: place for place, tensor in enumerate(fetched)}
    host = tuple(
        HostStep(
            step,
            tuple(("device", at[each]) if each in at else ("host", each) for each in step.inputs),
        )
        for step in planner.host
    )
    return Plan(
        form, tuple(written), tuple(planner.made), tuple(read), tuple(states), tuple(constants), tuple(used),
        tuple((operation, len(places)) for operation, _, places in planner.checks), tuple(fetched), host,
        tuple(each for each in planner.fed if is_text(each)),
    )  # fmt: skip
