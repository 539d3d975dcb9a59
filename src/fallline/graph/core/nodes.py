"""The nodes of a graph: operations, and the tensors that they give. They never change once they are made.

An operation says what it computes as a pure function of arrays (`Formula`). What it does besides is data: variables it
writes, a state of its own, rules that must hold. The functional program of a run is made from that (`running.plan`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.default_session import session_for
from fallline.graph.core.dtypes import DType
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.shapes import Sizes, TensorShape


@dataclasses.dataclass(frozen=True)
class Formula:
    """What an operation computes.

    Attributes:
        compute: `compute(*inputs, **attributes)` -> the output, or a tuple of outputs; a function of a module, so that two
            graphs of one form share a program. First come the new values of the variables that the operation writes, then
            its other outputs; with a `state`, `compute(*inputs, state=..., **attributes)` -> (outputs, new state).
        differentiable: Whether gradients pass: True, False, or the positions of the inputs that they pass to.
        on_host: Computed in Python after the program, of arrays of NumPy (summaries, text).
        checks: Where not None, `compute` gives (outputs, broken), a truth value that must be false. The inputs at these
            positions are told to `Operation.complaint`, which says what is wrong.
        overwrites: Whether the first input is a variable that gets a value without being read: `compute` is not given it.
    """

    compute: Callable[..., Any]
    differentiable: bool | tuple[int, ...] = True
    on_host: bool = False
    checks: tuple[int, ...] | None = None
    overwrites: bool = False

    def passes(self, position: int) -> bool:
        """Whether gradients pass to an input."""
        if isinstance(self.differentiable, tuple):
            return position in self.differentiable
        return self.differentiable


class Operation:
    """One node.

    Attributes:
        graph: The graph that holds it.
        type: What it is, such as `MatMul`.
        name: Its name in the graph, scopes included.
        inputs: The tensors it takes.
        control_inputs: Operations that run before it.
        outputs: The tensors it gives.
        index: Its place in the order in which the graph was built: no operation needs a later one.
        branch: The branch of a `cond` that it was made in; None: it runs whenever it is needed.
    """

    def __init__(
        self,
        graph: Any,
        type: str,
        name: str,
        inputs: Sequence[Tensor],
        control_inputs: Sequence[Operation],
        formula: Formula,
        outputs: Sequence[tuple[DType, Sizes]],
        attributes: Mapping[str, Any],
        writes: Sequence[Operation],
        state: Any,
        complaint: Callable[..., str] | None,
        index: int,
        branch: Hashable,
    ) -> None:
        self.graph, self.type, self.name = graph, type, name
        self.inputs, self.control_inputs = tuple(inputs), tuple(control_inputs)
        self.formula, self.attributes, self.writes = formula, dict(attributes), tuple(writes)
        self.state, self.complaint = state, complaint
        self.index, self.branch = index, branch
        self.outputs = tuple(Tensor(self, place, *kind) for place, kind in enumerate(outputs))

    @property
    def values(self) -> Callable[[], tuple[Tensor, ...]]:
        """`op.values()`: the outputs."""
        return lambda: self.outputs

    @property
    def is_variable(self) -> bool:
        """Whether it holds a value between runs."""
        return self.type == "VariableV2"

    @property
    def node_def(self) -> Operation:
        """The operation, for those who ask for its name there."""
        return self

    @property
    def device(self) -> str:
        """The device that was asked for; XLA decides."""
        return ""

    def get_attr(self, name: str) -> Any:
        """An attribute by its name.

        Raises:
            GraphError: it has none of that name.
        """
        if name not in self.attributes:
            raise GraphError(
                f"Operation '{self.name}' has no attr named '{name}'; it has {sorted(self.attributes)}."
            )
        return self.attributes[name]

    def run(self, feed_dict: Mapping[Any, Any] | None = None, session: Any = None) -> None:
        """Runs the operation in a session: that one, or the default."""
        session_for(session, self.graph, "run()").run(self, feed_dict)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"


class Tensor:
    """An output of an operation: a value that exists in a run.

    Attributes:
        op: The operation.
        value_index: Which of its outputs.
        dtype: The number type.
        sizes: The static shape as a tuple, None where unknown.
    """

    __array_priority__ = 100

    def __init__(self, op: Operation, value_index: int, dtype: DType, sizes: Sizes) -> None:
        self.op, self.value_index, self.dtype, self.sizes = op, value_index, dtype, sizes

    @property
    def graph(self) -> Any:
        """The graph that holds it."""
        return self.op.graph

    @property
    def name(self) -> str:
        """`operation:output`."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def device(self) -> str:
        """The device that was asked for; XLA decides."""
        return ""

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape."""
        return TensorShape(self.sizes)

    def get_shape(self) -> TensorShape:
        """What is known of the shape."""
        return TensorShape(self.sizes)

    def set_shape(self, shape: Any) -> None:
        """Adds to what is known of the shape.

        Raises:
            GraphShapeError: the shape cannot be that.
        """
        self.sizes = shapes.merged(self.sizes, shapes.sizes_of(shape))

    def consumers(self) -> list[Operation]:
        """The operations that take it."""
        return [op for op in self.graph.get_operations() if any(each is self for each in op.inputs)]

    def eval(self, feed_dict: Mapping[Any, Any] | None = None, session: Any = None) -> Any:
        """Its value in a session: that one, or the default."""
        return session_for(session, self.graph, "eval()").run(self, feed_dict)

    def __bool__(self) -> bool:
        raise _not_in_python(
            self, "a Python bool", "`if` and `and` cannot see it: use tf.cond, tf.where or tf.logical_and"
        )

    def __iter__(self) -> Any:
        raise _not_in_python(self, "a Python sequence", "tf.unstack(x) gives its parts as tensors")

    def __len__(self) -> int:
        raise _not_in_python(self, "a Python sequence", "int(x.shape[0]) or tf.shape(x)[0] give its length")

    def __float__(self) -> float:
        raise _not_in_python(self, "a Python number", "sess.run(x) gives its value")

    __int__ = __index__ = __float__

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise _not_in_python(
            self, "a NumPy array", "sess.run(x) gives its value, tf.* functions compute with it"
        )

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={shapes.shown(self.sizes)} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        shape = "" if self.sizes is None else f"shape={shapes.shown(self.sizes)}, "
        return f'Tensor("{self.name}", {shape}dtype={self.dtype.name})'


def _not_in_python(tensor: Tensor, what: str, remedy: str) -> GraphTypeError:
    return GraphTypeError(f"Tensor {tensor.name} has no value before a run, so it is not {what}: {remedy}.")


def misfit(op_type: str, name: str | None, inputs: Sequence[Any], error: Exception) -> GraphShapeError:
    """An error of shapes with the node and the shapes that it was to take."""
    given = ", ".join(f"{each.name} {shapes.shown(each.sizes)}" for each in inputs)
    return GraphShapeError(
        f"{error} for '{(name or op_type).rstrip('/')}' (op: '{op_type}') with inputs: {given}."
    )


def is_array(value: Any) -> bool:
    """Whether a value is an array of NumPy."""
    return isinstance(value, np.ndarray | np.generic)
