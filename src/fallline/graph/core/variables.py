"""Variables: tensors that keep their value between the runs of a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fallline.errors import warn
from fallline.graph.core import dtypes, shapes
from fallline.graph.core.building import array_of, convert, inner_name, node
from fallline.graph.core.default_session import session_for
from fallline.graph.core.dtypes import DType, as_dtype, reference
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError, OldNameWarning
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.shapes import TensorShape

__all__ = [
    "Variable",
    "assign",
    "assign_add",
    "assign_sub",
]


def _unused(*_: Any, **__: Any) -> Any:
    raise AssertionError("a variable is no instruction")


def _same(value: Any) -> Any:
    return value


def _assigned(value: Any) -> Any:
    return value


def _increased(old: Any, delta: Any) -> Any:
    return old + delta


def _decreased(old: Any, delta: Any) -> Any:
    return old - delta


VARIABLE = Formula(_unused)
IDENTITY = Formula(_same)
_ASSIGN = Formula(_assigned, differentiable=False, overwrites=True)
_ASSIGN_ADD = Formula(_increased, differentiable=False)
_ASSIGN_SUB = Formula(_decreased, differentiable=False)


class Variable:
    """A tensor that keeps its value between runs.

    Attributes:
        initial_value: The tensor that it starts as.
        initializer: The operation that gives it that value.
        constraint: A function that an optimizer applies after each of its updates, or None.
        trainable: Whether it is among the trainable variables.
    """

    __array_priority__ = 100

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool = True,
        collections: Sequence[str] | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: Any = None,
        constraint: Callable[[Any], Any] | None = None,
        use_resource: bool | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        """Makes a variable.

        Args:
            initial_value: A tensor, a value, or a function of no arguments that gives one.
            trainable: Whether optimizers change it.
            collections: Where it is entered; by default among the global variables.
            validate_shape: Whether its shape is that of the initial value for good.
            caching_device: Taken and left alone.
            name: Its name; by default "Variable".
            variable_def: Not offered.
            dtype: Its type; by default that of the initial value.
            expected_shape: Taken and left alone.
            import_scope: Taken and left alone.
            constraint: A function that optimizers apply to it after each update.
            use_resource: Taken and left alone.
            synchronization: Taken and left alone.
            aggregation: Taken and left alone.
            shape: Its static shape, where it says less than the initial value's.

        Raises:
            GraphError: there is no initial value.
            GraphTypeError: the initial value is not of the type, or is text.
        """
        del (
            caching_device,
            variable_def,
            expected_shape,
            import_scope,
            use_resource,
            synchronization,
            aggregation,
        )
        if initial_value is None:
            raise GraphError(
                "initial_value must be specified: tf.Variable(tf.zeros([3])), or tf.get_variable(name, shape)."
            )
        if isinstance(trainable, DType):
            warn(
                f"tf.Variable(value, tf.{trainable.name}): the second argument is `trainable`, so the type is that of the value, "
                f"as in TensorFlow. The right line is tf.Variable(value, dtype=tf.{trainable.name}).",
                OldNameWarning,
            )
            trainable = True
        if (
            not isinstance(trainable, bool)
            and trainable not in (0, 1)
            and not isinstance(trainable, float | int)
        ):
            raise GraphTypeError(
                f"tf.Variable: trainable must be True or False, got {trainable!r}. The second argument is `trainable`; the type "
                "goes by name: dtype=tf.float32."
            )
        self._graph = get_default_graph()
        self.constraint, self.trainable = constraint, bool(trainable)
        kind = None if dtype is None else as_dtype(dtype).base_dtype
        # What an initial value is made of belongs to no branch and follows nothing.
        with self._graph.at_the_root(), self._graph.name_scope(name or "Variable") as scope:
            if callable(initial_value):
                with self._graph.name_scope("Initializer"):
                    initial_value = initial_value()
            self.initial_value = convert(initial_value, kind, name="initial_value")
            if self.initial_value.dtype.base_dtype is dtypes.string:
                raise GraphTypeError(
                    f"tf.Variable '{scope[:-1]}': variables hold numbers and truth values, not text; keep text in Python, or in a "
                    "tf.constant."
                )
            if not validate_shape:
                sizes = None
            else:
                sizes = shapes.sizes_of(shape) if shape is not None else self.initial_value.sizes
                if self.initial_value.sizes is None:
                    raise GraphError(
                        f"initial_value must have a shape specified: {self.initial_value!r}. validate_shape=False allows it."
                    )
            own = reference(self.initial_value.dtype)
            self._op = self._graph.add("VariableV2", [], VARIABLE, [(own, sizes)], scope)
            self._ref = self._op.outputs[0]
            self._op.attributes["variable"] = self
            self.initializer = self._assign_op(self.initial_value, "Assign")
            self._snapshot = node("Identity", [self._ref], IDENTITY, sizes, name="read")
        if collections is None:
            collections = [GraphKeys.GLOBAL_VARIABLES]
        keys = list(collections)
        if self.trainable and GraphKeys.TRAINABLE_VARIABLES not in keys:
            keys.append(GraphKeys.TRAINABLE_VARIABLES)
        self._graph.add_to_collections(keys, self)

    # What it is

    @property
    def name(self) -> str:
        """Its name, with `:0`."""
        return self._ref.name

    @property
    def op(self) -> Operation:
        """Its operation."""
        return self._op

    @property
    def graph(self) -> Graph:
        """The graph that holds it."""
        return self._graph

    @property
    def dtype(self) -> dtypes.DType:
        """Its type, as that of a reference: `float32_ref`."""
        return self._ref.dtype

    @property
    def shape(self) -> TensorShape:
        """What is known of its shape."""
        return self._ref.shape

    @property
    def device(self) -> str:
        """The device that was asked for; XLA decides."""
        return ""

    def get_shape(self) -> TensorShape:
        """What is known of its shape."""
        return self._ref.shape

    def set_shape(self, shape: Any) -> None:
        """Adds to what is known of its shape."""
        self._ref.set_shape(shape)
        self._snapshot.set_shape(shape)

    # Its value

    def value(self) -> Tensor:
        """Its value as a tensor."""
        return self._snapshot

    def read_value(self) -> Tensor:
        """Its value, read by a node that is made now: after what it is made to depend on."""
        return node("Identity", [self._ref], IDENTITY, self._ref.sizes, name="Identity")

    def initialized_value(self) -> Tensor:
        """Its value; in a run that initialises it the initial one."""
        return self._snapshot

    def eval(self, session: Any = None) -> Any:
        """Its value in a session: that one, or the default."""
        return self._snapshot.eval(session=session)

    def load(self, value: Any, session: Any = None) -> None:
        """Gives it a value in a session.

        Raises:
            GraphShapeError: of another shape.
        """
        array = array_of(value, self.dtype.base_dtype)
        if not shapes.compatible(self._ref.sizes, array.shape):
            raise GraphShapeError(f"Cannot load shape {array.shape} into {self.name}, of shape {self.shape}.")
        session_for(session, self._graph, "run()").set_value(self._op, array)

    def assign(
        self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """An operation that gives it a value, as a tensor of that value."""
        del use_locking, read_value
        return assign(self, value, name=name)

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """An operation that adds to it, as a tensor of the new value."""
        del use_locking, read_value
        return assign_add(self, delta, name=name)

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Any:
        """An operation that subtracts from it, as a tensor of the new value."""
        del use_locking, read_value
        return assign_sub(self, delta, name=name)

    def _assign_op(self, value: Tensor, name: str | None, validate_shape: bool = True) -> Operation:
        if validate_shape and not shapes.compatible(self._ref.sizes, value.sizes):
            raise GraphShapeError(
                f"Dimension mismatch: cannot assign {value.name} of shape {shapes.shown(value.sizes)} to variable {self.name} "
                f"of shape {self.shape} for '{name or 'Assign'}' (op: 'Assign'). validate_shape=False allows another shape."
            )
        return self._graph.add(
            "Assign",
            [self._ref, value],
            _ASSIGN,
            [(self._ref.dtype, value.sizes)],
            name or "Assign",
            writes=[self._op],
        )

    def _as_tensor(self) -> Tensor:
        return self._snapshot

    def _as_graph_element(self) -> Tensor:
        return self._ref

    def __iter__(self) -> Any:
        raise GraphTypeError("'Variable' object is not iterable.")

    def __bool__(self) -> bool:
        return bool(self._snapshot)

    def __array__(self, *_: Any, **__: Any) -> Any:
        return self._snapshot.__array__()

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"


def variable_of(ref: Any) -> Variable:
    """The variable that a user means: itself, or its tensor.

    Raises:
        GraphTypeError: it is none.
    """
    if isinstance(ref, Variable):
        return ref
    tensor = ref
    while isinstance(tensor, Tensor):
        if tensor.op.is_variable:
            return tensor.op.attributes["variable"]
        if tensor.op.writes and tensor.value_index < len(tensor.op.writes):
            return tensor.op.writes[tensor.value_index].attributes["variable"]
        if tensor.op.type != "Identity":
            break
        tensor = tensor.op.inputs[0]
    raise GraphTypeError(f"expected a tf.Variable, got {ref!r}: only variables can be assigned to.")


def assign(
    ref: Any,
    value: Any,
    validate_shape: bool | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> Tensor:
    """`ref = value`: a tensor of the new value.

    Raises:
        GraphShapeError: the value has another shape, and validate_shape is not False.
        GraphTypeError: another type, or no variable.
    """
    del use_locking
    variable = variable_of(ref)
    tensor = convert(value, variable.dtype.base_dtype, inner_name(name or "Assign", "value"))
    operation = variable._assign_op(tensor, name or "Assign", validate_shape is not False)
    if validate_shape is False:
        variable._ref.sizes = variable._snapshot.sizes = None
    return operation.outputs[0]


def assign_add(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """`ref += value`: a tensor of the new value."""
    del use_locking
    return _changed(variable_of(ref), value, "AssignAdd", _ASSIGN_ADD, name)


def assign_sub(ref: Any, value: Any, use_locking: bool | None = None, name: str | None = None) -> Tensor:
    """`ref -= value`: a tensor of the new value."""
    del use_locking
    return _changed(variable_of(ref), value, "AssignSub", _ASSIGN_SUB, name)


def _changed(variable: Variable, value: Any, type: str, formula: Formula, name: str | None) -> Tensor:
    delta = convert(value, variable.dtype.base_dtype, inner_name(name or type, "value"))
    if not shapes.compatible(variable._ref.sizes, delta.sizes):
        raise GraphShapeError(
            f"Shapes {variable.shape} of variable {variable.name} and {shapes.shown(delta.sizes)} of {delta.name} must be equal "
            f"for '{name or type}' (op: '{type}')."
        )
    return update(type, variable, [variable._ref, delta], formula, name)


def update(
    type: str,
    variable: Variable,
    inputs: Sequence[Tensor],
    formula: Formula,
    name: str | None = None,
    slots: Sequence[Variable] = (),
    **attributes: Any,
) -> Tensor:
    """An operation that gives a variable, and slots beside it, new values: the first outputs of its formula.

    A variable among the inputs (its `_ref`) is what the writes before this one left.

    Args:
        type: TensorFlow's name of the operation.
        variable: The variable.
        inputs: Its tensors; variables by their `_ref`.
        formula: (inputs) -> the new values of the variable and the slots.
        name: Of the node.
        slots: Further variables that it writes.
        attributes: Keywords of the formula.
    """
    written = [variable, *slots]
    kinds = [(each._ref.dtype, each._ref.sizes) for each in written]
    operation = variable.graph.add(
        type, inputs, formula, kinds, name, attributes=attributes, writes=[each.op for each in written]
    )
    return operation.outputs[0]
