"""Sessions: where the values of variables lie, and where a graph runs."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline._tree import static, tree
from fallline.engine.compilation import CompiledProgram, Program, used_by
from fallline.graph.core import shapes
from fallline.graph.core.building import as_text
from fallline.graph.core.default_session import enter, leave
from fallline.graph.core.dtypes import DType
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphStateError, GraphTypeError
from fallline.graph.core.graph import Graph, get_default_graph
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.errors import FailedPreconditionError, InvalidArgumentError
from fallline.graph.running.checks import Checks, parted, raise_broken
from fallline.graph.running.form import Form
from fallline.graph.running.plan import MissingError, Plan, plan_of

__all__ = [
    "InteractiveSession",
    "Session",
]


SHAPES = 4
"""Shapes of what is fed up to which a way of calling `run` is compiled in full."""

CALLS = 500
"""Ways of calling `run` that a session remembers."""


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


class _Call:
    """What one way of calling `run` needs: the plan, and a compiled program for each form of what is fed."""

    def __init__(self, plan: Plan, session: BaseSession) -> None:
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

    def __call__(self, session: BaseSession, fed: Mapping[Tensor, Any]) -> list[Any]:
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

    def _check(self, session: BaseSession, checks: Checks, key: Any, leaves: list[Any]) -> None:
        given = [leaves[place] for place in checks.places]
        program = self.checking.get(key)
        if program is None:
            with used_by(session):
                program = self.checking[key] = _CHECKS.compile(_Program(checks.form), [], given)
        raise_broken(checks.checks, program.flat(given))

    def _kept(self, session: BaseSession, results: Sequence[Any]) -> list[Any]:
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


class BaseSession:
    """Runs parts of a graph, and keeps the values of its variables between the runs.

    Attributes:
        graph: The graph.
        values: The values of the variables, by their operation.
        states: The states of operations that have one, such as random ones.
    """

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        """Opens a session.

        Args:
            target: Must be empty: there are no remote workers.
            graph: The graph; by default the default one.
            config: Taken and left alone: XLA places programs.

        Raises:
            GraphError: a target is given.
        """
        if target:
            raise GraphError(
                f"Session: target {target!r} asks for a remote worker; graphs run in this process only."
            )
        if graph is not None and not isinstance(graph, Graph):
            raise GraphTypeError(f"Session: graph must be a tf.Graph, but got {type(graph)}.")
        del config
        self.graph = graph or get_default_graph()
        self.values: dict[Operation, Any] = {}
        self.states: dict[Operation, Any] = {}
        self._constants: dict[Operation, Any] = {}
        self._calls: dict[Any, tuple[_Call, _Fetches, list[tuple[Any, Tensor]]]] = {}
        self._closed = False

    # Running

    def run(
        self,
        fetches: Any,
        feed_dict: Mapping[Any, Any] | None = None,
        options: Any = None,
        run_metadata: Any = None,
    ) -> Any:
        """Runs what the fetches need, once, and gives their values.

        Args:
            fetches: A tensor, operation, variable or name, or lists, tuples and dictionaries of these.
            feed_dict: Values for placeholders, or for any other tensors, by tensor, variable or name.
            options: Taken and left alone.
            run_metadata: Taken and left alone.

        Returns:
            Values in the form of the fetches: arrays, NumPy's numbers for scalars, None for operations.

        Raises:
            GraphTypeError, GraphError: a fetch or a feed stands for nothing in this graph.
            GraphShapeError: a fed value has another shape than its placeholder.
            InvalidArgumentError: a placeholder is not fed (it is named), or a value breaks a rule of an operation.
            FailedPreconditionError: variables without a value (all are named).
            GraphStateError: the session is closed, or the graph is empty.
        """
        del options, run_metadata
        if self._closed:
            raise GraphStateError("Attempted to use a closed Session.")
        feeds = feed_dict or {}
        with jax.enable_x64(True):
            try:
                key = (_key(fetches), tuple(feeds))
                known = self._calls.get(key)
            except TypeError:
                key, known = None, None
            if known is None or not known[0].is_current(self.values):
                known = self._prepared(fetches, feeds)
                if key is not None:
                    if len(self._calls) >= CALLS:  # operations made within a loop
                        self._calls.pop(next(iter(self._calls)))
                    self._calls[key] = known
            call, form, wanted = known
            fed = {tensor: _fed(tensor, feeds[given]) for given, tensor in wanted}
            return form.of(call(self, fed), fed, call.plan, self)

    def _prepared(self, fetches: Any, feeds: Mapping[Any, Any]) -> Any:
        if not self.graph.version:
            raise GraphStateError(
                "The Session graph is empty. Add operations to the graph before calling run()."
            )
        if not isinstance(feeds, Mapping):
            raise GraphTypeError(f"feed_dict: expected a dictionary, got {type(feeds).__name__}.")
        wanted = [(given, self._feedable(given)) for given in feeds]
        form = _Fetches(self.graph, fetches)
        try:
            plan = plan_of(form.elements, [tensor for _, tensor in wanted], self.values)
        except MissingError as missing:
            raise _missing(missing) from None
        return _Call(plan, self), form, wanted

    def _feedable(self, given: Any) -> Tensor:
        try:
            return self.graph.as_graph_element(given, allow_operation=False)
        except (GraphTypeError, GraphError) as error:
            raise GraphTypeError(f"Cannot interpret feed_dict key as Tensor: {error}") from None

    def state(self, operation: Operation) -> Any:
        """The state of an operation: as it was left, or its first."""
        if operation not in self.states:
            first = operation.state() if callable(operation.state) else operation.state
            self.states[operation] = jnp.asarray(first)
        return self.states[operation]

    def constant(self, operation: Operation) -> Any:
        """A large constant on the device."""
        if operation not in self._constants:
            self._constants[operation] = jnp.asarray(operation.attributes["value"])
        return self._constants[operation]

    # Values from outside

    def value(self, variable: Operation) -> np.ndarray[Any, Any]:
        """A copy of a variable's value.

        Raises:
            FailedPreconditionError: it has none.
        """
        if variable not in self.values:
            raise _missing(MissingError([variable], []))
        return np.array(self.values[variable])

    def set_value(self, variable: Operation, array: Any) -> None:
        """Gives a variable a value, without a run."""
        with jax.enable_x64(True):
            self.values[variable] = jnp.array(array, variable.outputs[0].dtype.numpy)

    # Lifetime

    def close(self) -> None:
        """Ends the session: its values are gone."""
        self._closed = True
        self.values.clear()
        self._calls.clear()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    @property
    def graph_def(self) -> Any:
        """The nodes of the graph as data."""
        return self.graph.as_graph_def()

    @contextlib.contextmanager
    def as_default(self) -> Iterator[BaseSession]:
        """Makes it the session of `tensor.eval()` and `op.run()`."""
        enter(self)
        try:
            yield self
        finally:
            leave(self)


class Session(BaseSession):
    """A session; as a context manager it is the default one inside, with its graph, and closed afterwards."""

    def __enter__(self) -> Session:
        self._entered = contextlib.ExitStack()
        self._entered.enter_context(self.graph.as_default())
        self._entered.enter_context(self.as_default())
        return self

    def __exit__(self, *_: object) -> None:
        self._entered.close()
        self.close()


class InteractiveSession(BaseSession):
    """A session that is the default one from now on, with its graph, until it is closed."""

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        self._entered = contextlib.ExitStack()
        if graph is not None:
            self._entered.enter_context(graph.as_default())
        self._entered.enter_context(self.as_default())

    def close(self) -> None:
        """Ends the session."""
        super().close()
        with contextlib.suppress(ValueError):
            self._entered.close()


# --- fetches ----------------------------------------------------------------------------------------------


def _key(fetches: Any) -> Any:
    if isinstance(fetches, list):
        return ("list", *map(_key, fetches))
    if isinstance(fetches, tuple):
        return (type(fetches), *map(_key, fetches))
    if isinstance(fetches, dict):
        return ("dict", *((name, _key(each)) for name, each in fetches.items()))
    return fetches


class _Fetches:
    """What is fetched, as a flat list, and how its values go back into the form that it was given in."""

    def __init__(self, graph: Graph, fetches: Any) -> None:
        self.elements: list[Any] = []
        self._places: dict[Any, int] | None = None
        self._build = self._look(graph, fetches)

    def _look(self, graph: Graph, fetches: Any) -> Callable[[Any], Any]:
        if isinstance(fetches, list | tuple):
            parts = [self._look(graph, each) for each in fetches]
            if hasattr(fetches, "_fields"):
                return lambda value: type(fetches)(*[part(value) for part in parts])
            kind: Any = list if isinstance(fetches, list) else type(fetches)
            return lambda value: kind([part(value) for part in parts])
        if isinstance(fetches, dict):
            named = {name: self._look(graph, each) for name, each in fetches.items()}
            return lambda value: {name: part(value) for name, part in named.items()}
        if hasattr(fetches, "_fetched"):
            parts = [self._look(graph, each) for each in fetches._fetched]
            return lambda value: fetches._rebuilt([part(value) for part in parts])
        if fetches is None or isinstance(fetches, int | float | np.ndarray | np.generic):
            raise GraphTypeError(
                f"Fetch argument {fetches!r} has invalid type {type(fetches)}, must be a string or Tensor: values are no "
                "fetches. Has a tensor's name been given to the value of an earlier run?"
            )
        try:
            element = graph.as_graph_element(fetches)
        except GraphTypeError as error:
            raise GraphTypeError(
                f"Fetch argument {fetches!r} has invalid type {type(fetches)}: {error}"
            ) from None
        except KeyError as error:
            raise GraphError(
                f"Fetch argument {fetches!r} cannot be interpreted as a Tensor. ({error})"
            ) from None
        self.elements.append(element)
        return operator.itemgetter(element) if isinstance(element, Tensor) else _nothing

    def of(self, results: list[Any], fed: Mapping[Tensor, Any], plan: Plan, session: BaseSession) -> Any:
        """The values in the form of the fetches."""
        values: dict[Tensor, Any] = {}
        for tensor, result, copied in zip(plan.fetched, results, plan.of_variables, strict=True):
            array = np.array(result) if copied else np.asarray(result)
            values[tensor] = array if array.ndim or tensor in fed else array[()]
        for tensor in plan.texts:
            values[tensor] = fed[tensor]
        if plan.host:
            with session.as_default():
                _on_host(plan, values)
        return self._build(values)


def _nothing(_: Any) -> None:
    return None


def _on_host(plan: Plan, values: dict[Tensor, Any]) -> None:
    for step in plan.host:
        operation = step.operation
        given = [values[plan.fetched[found] if kind == "device" else found] for kind, found in step.inputs]
        result = operation.formula.compute(*given, **operation.attributes)
        outputs = result if isinstance(result, tuple) else (result,)
        outputs = tuple(each[()] if isinstance(each, np.ndarray) else each for each in outputs)
        values.update(zip(operation.outputs, outputs, strict=False))


# --- feeds ------------------------------------------------------------------------------------------------


def _fed(tensor: Tensor, value: Any) -> np.ndarray[Any, Any]:
    """A value as the array that is fed, by NumPy's rules, as TensorFlow takes it.

    Raises:
        GraphTypeError: a tensor as a value, or a number that the type does not hold.
        GraphShapeError: another shape.
    """
    kind = tensor.dtype.numpy
    if type(value) is not np.ndarray or value.dtype != kind:
        value = _converted(tensor, value, kind)
    if kind == np.object_:
        value = as_text(value)
    sizes = tensor.sizes
    if sizes is not None and sizes != value.shape and not shapes.compatible(sizes, value.shape):
        raise GraphShapeError(
            f"Cannot feed value of shape {value.shape} for Tensor {tensor.name}, which has shape {shapes.shown(sizes)}"
        )
    return value


def _converted(tensor: Tensor, value: Any, kind: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if isinstance(value, Tensor) or hasattr(value, "_as_tensor"):
        raise GraphTypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, lists, "
            f"numpy ndarrays. For reference, the tensor object was {value!r} which was passed to the feed with key {tensor.name}."
        )
    if isinstance(value, int) and not isinstance(value, bool) and int(np.array(value).astype(kind)) != value:
        raise GraphTypeError(
            f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type {kind.type}. Try explicitly "
            "setting the type of the feed tensor to a larger type (e.g. int64)."
        )
    try:
        if type(value) is float and -1e38 < value < 1e38 and kind.kind == "f":  # what a loop feeds most
            return np.asarray(value, dtype=kind)
        with np.errstate(all="ignore"):
            return np.asarray(value).astype(kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise GraphTypeError(
            f"Cannot feed {type(value).__name__} for Tensor {tensor.name} of type {tensor.dtype.base_dtype.name}: {error}."
        ) from None


def _missing(missing: MissingError) -> Exception:
    if missing.placeholders:
        first = missing.placeholders[0]
        tensor = first.outputs[0]
        more = [each.name for each in missing.placeholders[1:]]
        text = (
            f"You must feed a value for placeholder tensor '{first.name}' with dtype {_short(tensor.dtype)}"
        )
        if tensor.sizes is not None:
            text += f" and shape [{','.join('?' if size is None else str(size) for size in tensor.sizes)}]"
        if more:
            text += f" (and for {', '.join(repr(name) for name in more)})"
        return InvalidArgumentError(first, first, text)
    names = ", ".join(each.name for each in missing.variables)
    first = missing.variables[0]
    return FailedPreconditionError(
        first,
        first,
        f"Attempting to use uninitialized value {names}. Run tf.global_variables_initializer() in this session first, made after "
        "all variables (the optimizer's too), or restore them from a checkpoint.",
    )


def _short(dtype: DType) -> str:
    return {"float32": "float", "float64": "double"}.get(dtype.base_dtype.name, dtype.base_dtype.name)
