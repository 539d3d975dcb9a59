"""A graph as the few blocks that a person has in mind: what belongs to a layer, a loss or an optimizer is one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from fallline.graph.core import shapes
from fallline.graph.core.graph import Graph
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.running.references import referred

KINDS = ("input", "variable", "operation", "layer", "loss", "optimizer", "update")
_LOSSES = (
    "cross_entropy",
    "xent",
    "loss",
    "cost",
    "mean_squared_error",
    "absolute_difference",
    "log_loss",
    "hinge",
    "huber",
)
_WITHOUT_WEIGHTS = ("dropout", "flatten")
_WIRING = ("save", "report_uninitialized_variables", "init")


@dataclasses.dataclass
class Block:
    """One box of the picture.

    Attributes:
        name: Its heading.
        kind: One of `KINDS`.
        lines: What stands below the heading.
        operations: The nodes in it.
    """

    name: str
    kind: str
    lines: list[str] = dataclasses.field(default_factory=list)
    operations: list[Operation] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Arrow:
    """A tensor on its way from one block to another.

    Attributes:
        source: The block that computes it.
        target: The block that takes it.
        label: Its shape.
    """

    source: str
    target: str
    label: str


def folded(graph: Graph) -> tuple[list[Block], list[Arrow]]:
    """The blocks of a graph in the order in which they were built, and the arrows between them."""
    homes = _homes(graph)
    blocks: dict[str, Block] = {}
    for operation in graph.get_operations():
        home = homes.get(operation)
        if home is not None:
            kind, name = home
            block = blocks.setdefault(name, Block(name, kind))
            block.operations.append(operation)
    for block in blocks.values():
        _describe(block)
    arrows = _arrows(homes, blocks)
    linked = {name for arrow in arrows for name in (arrow.source, arrow.target)}
    shown = [block for block in blocks.values() if block.name in linked or block.kind == "input"]
    return shown, arrows


def _homes(graph: Graph) -> dict[Operation, tuple[str, str]]:
    """For each node that is shown the kind and name of its block."""
    operations = graph.get_operations()
    sizes: dict[str, int] = {}
    for each in operations:
        if each.type != "Const":
            sizes[_scope(each)] = sizes.get(_scope(each), 0) + 1
    variables = {each.name: each for each in operations if each.is_variable}
    initial = _initial(operations, {each.attributes["variable"].initializer for each in variables.values()})
    slots = _slots(operations)
    homes: dict[Operation, tuple[str, str]] = {}
    for each in operations:
        owner = _variable_of(each.name, variables)
        if (
            each.type in ("Const", "NoOp")
            or each in initial
            or each.formula.on_host
            or _scope(each) in _WIRING
        ):
            continue
        if owner is not None and owner not in slots:
            # A variable of a scope belongs to what the scope is; one on its own is a block.
            scope = _scope(owner)
            shared = "/" in owner.name and sizes[scope] > 1
            homes[each] = (_kind_of_scope(scope), scope) if shared else ("variable", owner.name)
        elif owner is not None:
            continue
        else:
            homes[each] = _home(each, sizes)
    layers = _layers(homes, variables)
    return {
        each: ("operation", name) if kind == "layer" and name not in layers else (kind, name)
        for each, (kind, name) in homes.items()
    }


def _initial(operations: list[Operation], initializers: set[Operation]) -> set[Operation]:
    """What gives variables their first values, and nothing else takes."""
    takers: dict[Operation, list[Operation]] = {}
    for each in operations:
        for tensor in each.inputs:
            takers.setdefault(tensor.op, []).append(each)
    found = set(initializers)
    for each in reversed(operations):
        if not each.is_variable and each in takers and found.issuperset(takers[each]):
            found.add(each)
    return found


def _layers(homes: dict[Operation, tuple[str, str]], variables: dict[str, Operation]) -> set[str]:
    """The blocks that are layers: what holds or reads a variable that is trained, and what has a layer's name."""
    found = set()
    for operation, (kind, name) in homes.items():
        read = [operation, *(_origin(tensor) for tensor in operation.inputs)]
        owners = [_variable_of(each.name, variables) for each in read]
        trained = any(each is not None and each.attributes["variable"].trainable for each in owners)
        if kind == "layer" and (trained or name.startswith(_WITHOUT_WEIGHTS)):
            found.add(name)
    return found


def _home(operation: Operation, sizes: dict[str, int]) -> tuple[str, str]:
    scope = _scope(operation)
    if operation.type.startswith("Placeholder"):
        return "input", operation.name
    if (
        operation.type.startswith(("Apply", "SparseApply"))
        or scope.startswith("gradients")
        or _trains(operation)
    ):
        return "optimizer", "optimizer"
    if operation.writes:
        return "update", f"update of {operation.writes[0].name}"
    if "/" in operation.name and (sizes[scope] > 1 or _is_loss(scope)):
        return _kind_of_scope(scope), scope
    return ("loss" if _is_loss(operation.name) else "operation"), operation.name


def _trains(operation: Operation) -> bool:
    return operation.type == "Gradients" or any(each.type == "Gradients" for each in _behind(operation, 2))


def _behind(operation: Operation, steps: int) -> Iterable[Operation]:
    for each in operation.inputs:
        yield each.op
        if steps > 1:
            yield from _behind(each.op, steps - 1)


def _kind_of_scope(scope: str) -> str:
    return "loss" if _is_loss(scope) else "layer"


def _is_loss(name: str) -> bool:
    return any(each in name.lower() for each in _LOSSES)


def _scope(operation: Operation) -> str:
    return operation.name.split("/")[0]


def _variable_of(name: str, variables: dict[str, Operation]) -> Operation | None:
    """The variable that a node belongs to: itself, or what lies below its name."""
    parts = name.split("/")
    for end in range(len(parts), 0, -1):
        found = variables.get("/".join(parts[:end]))
        if found is not None:
            return found
    return None


def _slots(operations: list[Operation]) -> set[Operation]:
    """Variables that only optimizers have: slots, and powers of beta."""
    return {
        slot
        for each in operations
        if each.type.startswith(("Apply", "SparseApply"))
        for slot in each.writes[1:]
    } | {
        each
        for each in operations
        if each.is_variable and each.name.split("/")[-1].startswith(("beta1_power", "beta2_power"))
    }


def _describe(block: Block) -> None:
    variables = [each for each in block.operations if each.is_variable]
    if block.kind == "input":
        block.lines = [shapes.shown(block.operations[0].outputs[0].sizes)]
    elif block.kind == "optimizer":
        applied = {each.writes[0] for each in block.operations if each.writes}
        rules = dict.fromkeys(
            each.type.removeprefix("Sparse").removeprefix("Apply")
            for each in block.operations
            if "Apply" in each.type
        )
        block.lines = [", ".join(rules) or "gradients"]
        if applied:
            block.lines.append(
                f"updates {len(applied)} variable{'s' * (len(applied) > 1)}, {_numbers(applied)} numbers"
            )
    elif variables:
        block.lines = [
            f"{'' if each.name == block.name else each.name.split('/')[-1] + ' '}{shapes.shown(each.outputs[0].sizes)}"
            for each in variables[:4]
        ]
        if len(variables) > 4:
            block.lines.append(f"and {len(variables) - 4} more variables")
    elif block.kind == "operation":
        kind = _operations(block) or block.operations[0].type
        block.lines = [] if kind.lower() == block.name.split("_")[0].lower() else [kind]
    if block.kind in ("layer", "loss"):
        block.lines += [_operations(block)]


def _operations(block: Block) -> str:
    kinds = dict.fromkeys(
        each.type
        for each in block.operations
        if not each.is_variable and each.type not in ("Identity", "Cast", "Shape", "Pack")
    )
    names = list(kinds)
    return " → ".join(names if len(names) <= 3 else [*names[:2], "…", names[-1]])


def _numbers(variables: Iterable[Operation]) -> str:
    counts = [shapes.count(each.outputs[0].sizes) or 0 for each in variables]
    return f"{sum(counts):,}"


def _arrows(homes: dict[Operation, tuple[str, str]], blocks: dict[str, Block]) -> list[Arrow]:
    found: dict[tuple[str, str], Arrow] = {}
    for operation, (kind, name) in homes.items():
        taken = operation.attributes["body"].ys if operation.type == "Gradients" else operation.inputs
        for tensor in taken:
            source = homes.get(_origin(tensor))
            if (
                source is None
                or source[1] == name
                or (kind == "optimizer" and source[0] in ("variable", "layer"))
            ):
                continue
            found.setdefault((source[1], name), Arrow(source[1], name, shapes.shown(tensor.sizes)))
    del blocks
    return list(found.values())


def _origin(tensor: Tensor) -> Operation:
    return referred(tensor).op
