"""Operations of `fallline.graph` on arrays, at once.

A function of graphs builds its nodes in a scratch graph, whose inputs stand for arrays: so every operation has TensorFlow's
types, shapes and messages. Then the nodes' own formulas are computed on the arrays, one after the other, and told to tapes.

Three kinds of arguments: symbolic tensors of a network make the function a layer of it; within a program that is being
compiled (a layer's `call`, a loss in `fit`) plain arrays come out; everything else gives tensors.
"""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph import errors
from fallline.graph.core.dtypes import as_dtype
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.ops.static import Either
from fallline.graph.running.form import attributes_of, thawed
from fallline.layers.base.tensor import Tensor as OfNetwork
from fallline.old.tensorflow.second.core import programs
from fallline.old.tensorflow.second.core.entries import (
    Cell,
    Unchecked,
    WithNextState,
    WithState,
    open_recorders,
    record,
)
from fallline.old.tensorflow.second.core.seeds import Scratch, seeds
from fallline.old.tensorflow.second.core.tensors import EagerTensor, is_traced
from fallline.old.tensorflow.second.core.variables import Variable
from fallline.own.tracing import IN_A_TRACE, PASS
from fallline.own.variable import Variable as Held

SMALL = 64
"""Whole numbers up to which a tensor is a constant of the operation, which may make a shape of them."""


def _input(*, value: Any) -> Any:
    return value


_INPUT = Formula(_input, differentiable=False)


# --- arguments --------------------------------------------------------------------------------------------


def flat(value: Any) -> Iterator[Any]:
    """The parts of nested lists and dictionaries."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from flat(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from flat(each)
    else:
        yield value


def is_plain(parts: list[Any]) -> bool:
    """Whether plain arrays come out: within a program that is being compiled."""
    return IN_A_TRACE.get() or PASS.get() is not None or any(map(is_traced, parts))


def network_tensor(parts: list[Any]) -> OfNetwork | None:
    """The first symbolic tensor of a network."""
    return next((each for each in parts if isinstance(each, OfNetwork)), None)


def cell_of(value: Any) -> Cell:
    """The cell of an argument."""
    if isinstance(value, EagerTensor | Variable):
        return value.cell
    if isinstance(value, Held):
        return Cell(value.value, value)
    return Cell(value)


class _Arguments:
    """Arguments of a function of graphs: arrays become inputs of the scratch graph."""

    def __init__(self, graph: Scratch) -> None:
        self.graph = graph
        self.cells: dict[Tensor, Cell] = {}

    def of(self, value: Any) -> Any:
        """What stands for a value."""
        if isinstance(value, EagerTensor | Variable | Held | jax.Array):
            return self._node(cell_of(value))
        if type(value) in (list, tuple):
            return type(value)(map(self.of, value))
        if type(value) is dict:
            return {key: self.of(each) for key, each in value.items()}
        return value

    def _node(self, cell: Cell) -> Tensor:
        value = cell.value
        kind, sizes = as_dtype(value.dtype), tuple(value.shape)
        known = not kind.is_floating and not kind.is_complex and value.size <= SMALL and not is_traced(value)
        name, fixed = (
            ("Const", np.asarray(value)) if known or kind.name == "string" else ("Placeholder", None)
        )
        formula = _INPUT_OF_TEXT if kind.name == "string" else _INPUT
        tensor = self.graph.add(name, [], formula, [(kind, sizes)], attributes={"value": fixed}).outputs[0]
        self.cells[tensor] = cell
        return tensor


_INPUT_OF_TEXT = Formula(_input, differentiable=False, on_host=True)


# --- at once ----------------------------------------------------------------------------------------------


def at_once(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function of graphs as one of tensors that have values.

    Args:
        function: A function of `fallline.graph`, or one that is written with such functions.
        name: Where this one is found again within the package, for networks of which it becomes a layer.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return evaluated(function, name, args, kwargs)

    return call


def evaluated(function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a function of graphs gives for arguments."""
    parts = [*flat(args), *flat(kwargs)]
    if (symbolic := network_tensor(parts)) is not None:
        return symbolic.through(name, args, kwargs)
    plain = is_plain(parts)
    graph = Scratch()
    arguments = _Arguments(graph)
    with jax.enable_x64(True), graph.as_default(), np.errstate(all="ignore"):
        try:
            found = function(
                *map(arguments.of, args), **{key: arguments.of(each) for key, each in kwargs.items()}
            )
        except GraphShapeError as error:
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        except GraphTypeError as error:
            if "takes inputs of one type" not in str(error):
                raise
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        if not plain:
            _compute_all(graph, arguments.cells)
    if plain:
        with warnings.catch_warnings(), graph.as_default(), np.errstate(all="ignore"):
            # Without 64 bits JAX says that it makes int64 to int32.
            warnings.simplefilter("ignore", UserWarning)
            _compute_all(graph, arguments.cells)
    return results(found, arguments.cells, plain)


def results(found: Any, cells: Mapping[Tensor, Cell], plain: bool) -> Any:
    """What a function gave, with values for its nodes."""
    if isinstance(found, Tensor):
        return cells[found].value if plain else EagerTensor(cells[found])
    if isinstance(found, Operation):
        return None
    if isinstance(found, tuple) and hasattr(found, "_fields"):
        return type(found)(*(results(each, cells, plain) for each in found))
    if isinstance(found, list | tuple):
        return type(found)(results(each, cells, plain) for each in found)
    return found


def _compute_all(graph: Scratch, cells: dict[Tensor, Cell]) -> None:
    for operation in graph.get_operations():
        if operation.outputs and operation.outputs[0] in cells:
            continue
        _compute(operation, graph, cells)


def _compute(operation: Operation, graph: Scratch, cells: dict[Tensor, Cell]) -> None:
    formula, compute = operation.formula, operation.formula.compute
    inputs = [cells[each] for each in operation.inputs]
    attributes = operation.attributes
    if operation.state is not None:
        state, place = _state(operation, graph)
        *values, after = _called(operation, WithNextState(compute), [*inputs, Cell(state)])
        if place is not None:
            seeds.states[place] = after
        inputs, compute = [*inputs, Cell(state)], WithState(compute)
    elif formula.checks is not None:
        *values, broken = _called(operation, compute, inputs)
        _require_whole(operation, inputs, broken)
        compute = Unchecked(compute)
    else:
        values = _called(operation, compute, inputs)
    outputs = [Cell(_array(value)) for value in values[: len(operation.outputs)]]
    cells.update(zip(operation.outputs, outputs, strict=True))
    if open_recorders and inputs and operation.outputs:
        passes = [formula.passes(place) for place in range(len(operation.inputs))]
        passes += [False] * (len(inputs) - len(passes))
        record(compute, attributes, inputs, outputs, passes)


def _called(operation: Operation, compute: Callable[..., Any], inputs: list[Cell]) -> list[Any]:
    """What a formula gives, its outputs one after the other, at last what it found or its next state."""
    given = [cell.value for cell in inputs]
    if _is_compiled(operation, compute, given):
        kernel = Kernel(compute, attributes_of(operation.attributes))
        if kernel not in _never:
            try:
                return [*programs.run(kernel, given)]
            except GraphError:  # a size that must be known
                _never.add(kernel)
    return jax.tree.leaves(compute(*given, **operation.attributes))


def _is_compiled(operation: Operation, compute: Callable[..., Any], given: list[Any]) -> bool:
    """Whether a formula becomes one program: those that JAX would run step by step, each step compiled."""
    if (
        operation.formula.on_host
        or operation.type == "Const"
        or any(map(is_traced, given))
        or IN_A_TRACE.get()
    ):
        return False
    if operation.state is not None or operation.type in _OF_NUMBERS:
        return True
    if isinstance(compute, Either) or getattr(compute, "__module__", "") in _OF_NUMPY:
        return False
    return any(each.dtype.is_floating for each in operation.outputs)


_OF_NUMPY = tuple(
    f"fallline.graph.ops.{name}" for name in ("arrays", "indexing", "joining", "shaping", "static")
)
"""Modules whose formulas NumPy computes where it has the inputs, and JAX by a single step elsewhere."""
_OF_NUMBERS = ("ArgMax", "ArgMin", "InTopKV2")
_never: set[Any] = set()
"""Formulas that must know sizes."""


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A formula with its attributes as a program.

    Attributes:
        compute: The formula.
        attributes: Its keywords.
    """

    compute: Callable[..., Any]
    attributes: tuple[tuple[str, Any], ...]

    def __call__(self, *inputs: Any) -> Any:
        """What it gives."""
        return self.compute(*inputs, **{name: thawed(value) for name, value in self.attributes})


def _require_whole(operation: Operation, inputs: list[Cell], broken: Any) -> None:
    if is_traced(broken) or not bool(broken):
        return
    told = [np.asarray(inputs[place].value) for place in operation.formula.checks or ()]
    says = operation.complaint(*told) if operation.complaint else f"{operation.type}: invalid argument"
    raise errors.InvalidArgumentError(None, None, says)


def _array(value: Any) -> Any:
    """An output: NumPy's numbers as arrays."""
    return value if isinstance(value, jax.Array | np.ndarray) else np.asarray(value)


def _state(operation: Operation, graph: Scratch) -> tuple[Any, Any]:
    """The state of a random operation, and where it is kept for the next call of the same one."""
    state = operation.state() if callable(operation.state) else operation.state
    if graph.drew or callable(operation.state):
        return jnp.asarray(state), None
    place = (operation.type, attributes_of(operation.attributes), np.asarray(state).tobytes())
    return jnp.asarray(seeds.states.get(place, state)), place
