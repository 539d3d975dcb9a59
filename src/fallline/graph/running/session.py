"""Sessions: where the values of variables lie, and where a graph runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core.default_session import enter, leave
from fallline.graph.core.failures import GraphError, GraphStateError, GraphTypeError
from fallline.graph.core.graph import Graph, get_default_graph
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.running.calls import Call
from fallline.graph.running.feeding import fed_value, what_is_missing
from fallline.graph.running.fetching import Fetches, key_of
from fallline.graph.running.plan import MissingError, plan_of

__all__ = [
    "InteractiveSession",
    "Session",
]

CALLS = 500
"""Ways of calling `run` that a session remembers."""


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
        self._calls: dict[Any, tuple[Call, Fetches, list[tuple[Any, Tensor]]]] = {}
        self._closed = False

    # Running

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Any:
        """A function of the values of `feed_list`, in its order, that gives the fetches.

        Args:
            fetches: As in `run`.
            feed_list: Placeholders.
            accept_options: Taken and left alone.
        """
        del accept_options
        feeds = list(feed_list or ())

        def call(*values: Any, options: Any = None, run_metadata: Any = None) -> Any:
            return self.run(fetches, dict(zip(feeds, values, strict=True)), options, run_metadata)

        return call

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
                key = (key_of(fetches), tuple(feeds))
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
            fed = {tensor: fed_value(tensor, feeds[given]) for given, tensor in wanted}
            return form.of(call(self, fed), fed, call.plan, self)

    def _prepared(self, fetches: Any, feeds: Mapping[Any, Any]) -> Any:
        if not self.graph.version:
            raise GraphStateError(
                "The Session graph is empty. Add operations to the graph before calling run()."
            )
        if not isinstance(feeds, Mapping):
            raise GraphTypeError(f"feed_dict: expected a dictionary, got {type(feeds).__name__}.")
        wanted = [(given, self._feedable(given)) for given in feeds]
        form = Fetches(self.graph, fetches)
        try:
            plan = plan_of(form.elements, [tensor for _, tensor in wanted], self.values)
        except MissingError as missing:
            raise what_is_missing(missing) from None
        return Call(plan, self), form, wanted

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
            raise what_is_missing(MissingError([variable], []))
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
