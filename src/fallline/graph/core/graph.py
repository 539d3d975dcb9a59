"""Graphs: who holds the nodes, gives them names, and knows what is made where."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

from fallline.graph.core.dtypes import DType
from fallline.graph.core.failures import (
    GraphError,
    GraphStateError,
    GraphTypeError,
    ResetError,
    UnknownNodeError,
)
from fallline.graph.core.graph_keys import GraphKeys
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.shapes import Sizes

__all__ = ["Graph", "GraphKeys", "get_default_graph", "reset_default_graph"]

views: dict[str, Callable[[Any], Any]] = {}
"""What a graph is shown as, entered by the modules that know it: its picture, its nodes as data."""

_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$")
_INNER_NAME = re.compile(r"[A-Za-z0-9_.\\/>-]+$")


class Graph:
    """A graph of operations, their names, and its collections.

    Attributes:
        seed: The seed of all random operations without one of their own; None: they differ in each session.
        building: What the parts of the library keep while they build (the variable scope, layer names), by their own keys.
    """

    def __init__(self) -> None:
        self._operations: dict[str, Operation] = {}
        self._names: dict[str, int] = {}
        self._scope = ""
        self._controls: list[list[Operation]] = []
        self._branches: list[Hashable] = []
        self._collections: dict[Any, list[Any]] = {}
        self._finalized = False
        self.seed: int | None = None
        self.random_operations = 0
        self.building: dict[Hashable, Any] = {}

    # Nodes

    def add(
        self,
        type: str,
        inputs: Sequence[Tensor],
        formula: Formula,
        outputs: Sequence[tuple[DType, Sizes]],
        name: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        writes: Sequence[Operation] = (),
        state: Any = None,
        complaint: Callable[..., str] | None = None,
        controls: Sequence[Operation] = (),
    ) -> Operation:
        """Makes a node. Everything that makes one comes here.

        Args:
            type: What it is; also its name, where none is given.
            inputs: Tensors of this graph.
            formula: What it computes.
            outputs: Type and static shape of each output.
            name: Its name; one ending in "/" is taken as it stands.
            attributes: Keywords of the formula: numbers, names, types, small arrays.
            writes: The variables (their operations) whose new values are its first outputs.
            state: The first value of a state of its own, kept by the session.
            complaint: For a formula that checks: the values that it complains of -> what is wrong.
            controls: Operations that run before it, beside those of the context.

        Raises:
            GraphStateError: the graph is finalized.
            GraphError: an input is of another graph, or the name is none.
        """
        if self._finalized:
            raise GraphStateError("Graph is finalized and cannot be modified.")
        given: list[Any] = [*inputs, *controls]
        for each in given:
            if each.graph is not self:
                raise GraphError(
                    f"Tensor {each.name} must be from the same graph as the node '{name or type}' that is made now: it "
                    "belongs to another one. Build both under one `with graph.as_default():`."
                )
        if name is not None and name.endswith("/"):
            full = self._free(name[:-1])
        else:
            pattern = _INNER_NAME if self._scope else _NAME
            if not pattern.match(name or type):
                raise GraphError(
                    f"'{name}' is not a valid scope name: names start with a letter, a digit or a dot, then letters, "
                    "digits and _ . - / > \\."
                )
            full = self.unique_name(name or type)
        before = list(dict.fromkeys([*(op for group in self._controls for op in group), *controls]))
        operation = Operation(
            self, type, full, inputs, before, formula, outputs, attributes or {}, writes, state, complaint,
            len(self._operations), self._branches[-1] if self._branches else None,
        )  # fmt: skip
        self._operations[full] = operation
        return operation

    def _free(self, full: str) -> str:
        """A full name, with a number behind it where a node has it already."""
        number, free = 0, full
        while free in self._operations:
            number += 1
            free = f"{full}_{number}"
        return free

    def get_operations(self) -> list[Operation]:
        """All operations, in the order in which they were made."""
        return list(self._operations.values())

    def get_operation_by_name(self, name: str) -> Operation:
        """The operation of a name.

        Raises:
            GraphError: the name is that of a tensor.
            UnknownNodeError: there is none.
        """
        if not isinstance(name, str):
            raise GraphTypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        if ":" in name:
            raise GraphError(
                f"The name '{name}' refers to a Tensor, not an Operation: leave out its ':{name[-1]}'."
            )
        if name not in self._operations:
            raise UnknownNodeError(
                f"The name '{name}' refers to an Operation not in the graph.{self._near(name)}"
            )
        return self._operations[name]

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The tensor of a name such as `hidden/kernel:0`.

        Raises:
            GraphError: the name is that of an operation.
            UnknownNodeError: there is none.
        """
        if not isinstance(name, str):
            raise GraphTypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        operation, colon, place = name.rpartition(":")
        if not colon or not place.isdigit():
            raise GraphError(
                f"The name '{name}' refers to an Operation, not a Tensor. Tensor names must be of the form "
                f'"<op_name>:<output_index>": "{name}:0".'
            )
        found = self._operations.get(operation)
        if found is None or int(place) >= len(found.outputs):
            why = "does not exist" if found is None else f"has only {len(found.outputs)} outputs"
            raise UnknownNodeError(
                f"The name '{name}' refers to a Tensor which does not exist. The operation, '{operation}', {why} in the "
                f"graph.{self._near(operation) if found is None else ''}"
            )
        return found.outputs[int(place)]

    def as_graph_element(self, thing: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """The tensor or operation that something stands for: itself, a variable, or a name.

        Raises:
            GraphTypeError: it stands for none.
            GraphError: it is of another graph.
        """
        if isinstance(thing, str):
            if ":" in thing and allow_tensor:
                return self.get_tensor_by_name(thing)
            return self.get_operation_by_name(thing)
        if not isinstance(thing, Tensor | Operation) and hasattr(thing, "_as_graph_element"):
            thing = thing._as_graph_element()
        kinds = (Tensor,) * allow_tensor + (Operation,) * allow_operation
        if not isinstance(thing, kinds):
            raise GraphTypeError(
                f"Can not convert a {type(thing).__name__} into a {' or '.join(kind.__name__ for kind in kinds)}."
            )
        if thing.graph is not self:
            raise GraphError(f"{thing.name} is not an element of this graph: it belongs to another one.")
        return thing

    def _near(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name, self._operations, 1)
        return f" Did you mean '{near[0]}'?" if near else ""

    # Names

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """A name that no node has, without regard to case: `x`, `x_1`, `x_2`."""
        name = f"{self._scope}/{name}" if self._scope else name
        key = name.lower()
        number = self._names.get(key, 0)
        if mark_as_used:
            self._names[key] = number + 1
        if number == 0:
            return name
        tried = key
        while tried in self._names:
            tried = f"{key}_{number}"
            number += 1
        if mark_as_used:
            self._names[tried] = 1
        return f"{name}_{number - 1}"

    @contextlib.contextmanager
    def name_scope(self, name: str | None) -> Iterator[str]:
        """Names made inside stand behind a name; one ending in "/" is entered again, None leaves all."""
        if name and not name.endswith("/") and not (_INNER_NAME if self._scope else _NAME).match(name):
            raise GraphError(f"'{name}' is not a valid scope name")
        before = self._scope
        if not name:
            self._scope = ""
        else:
            self._scope = name[:-1] if name.endswith("/") else self.unique_name(name)
        try:
            yield f"{self._scope}/" if self._scope else ""
        finally:
            self._scope = before

    def get_name_scope(self) -> str:
        """The scope of names now, without a slash at its end."""
        return self._scope

    # Contexts

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Makes it the graph that new nodes go to."""
        _stack.append(self)
        try:
            yield self
        finally:
            if self in _stack:
                _stack.remove(self)

    @contextlib.contextmanager
    def control_dependencies(self, inputs: Sequence[Any] | None) -> Iterator[None]:
        """Operations made inside run after these; None: after none."""
        before = self._controls
        if inputs is None:
            self._controls = []
        else:
            elements = [self.as_graph_element(each) for each in inputs]
            operations = [each.op if isinstance(each, Tensor) else each for each in elements]
            self._controls = [*before, operations]
        try:
            yield
        finally:
            self._controls = before

    @contextlib.contextmanager
    def in_branch(self, branch: Hashable) -> Iterator[None]:
        """Operations made inside belong to a branch of a `cond`."""
        self._branches.append(branch)
        try:
            yield
        finally:
            self._branches.pop()

    @contextlib.contextmanager
    def at_the_root(self) -> Iterator[None]:
        """Operations made inside belong to no branch and follow no control dependency, as initial values do."""
        before = self._branches, self._controls
        self._branches, self._controls = [], []
        try:
            yield
        finally:
            self._branches, self._controls = before

    @contextlib.contextmanager
    def outside_of_branches(self) -> Iterator[None]:
        """Operations made inside belong to no branch."""
        before, self._branches = self._branches, []
        try:
            yield
        finally:
            self._branches = before

    @property
    def branches(self) -> tuple[Hashable, ...]:
        """The branches that operations made now belong to, outermost first."""
        return tuple(self._branches)

    @contextlib.contextmanager
    def device(self, device_name: Any) -> Iterator[None]:
        """Taken and left alone: XLA places the program."""
        del device_name
        yield

    def colocate_with(
        self, op: Any, ignore_existing: bool = False
    ) -> contextlib.AbstractContextManager[None]:
        """Taken and left alone: XLA places the program."""
        del op, ignore_existing
        return contextlib.nullcontext()

    # Collections

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Adds to a collection."""
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Any, value: Any) -> None:
        """Adds to several collections."""
        for name in [names] if isinstance(names, str) else dict.fromkeys(names or ()):
            self.add_to_collection(name, value)

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """What is in a collection; with a scope, what has a name that begins by this regular expression."""
        found = self._collections.get(name, [])
        if scope is None:
            return list(found)
        pattern = re.compile(scope)
        return [each for each in found if hasattr(each, "name") and pattern.match(each.name)]

    def get_collection_ref(self, name: Any) -> list[Any]:
        """The collection itself, as a list that may be changed."""
        return self._collections.setdefault(name, [])

    def get_all_collection_keys(self) -> list[Any]:
        """The names of the collections."""
        return [key for key, values in self._collections.items() if values]

    def clear_collection(self, name: Any) -> None:
        """Empties a collection."""
        self._collections.pop(name, None)

    def show(self, path: Any = None) -> Any:
        """Draws the graph with its layers, losses and optimizers folded: in a notebook, or to a file.

        Args:
            path: Where to write it, a name ending in .svg or .png; None: nowhere.

        Returns:
            The picture: a notebook shows it, `save(path)` writes it.

        Raises:
            GraphError: the graph is empty, or the name has another ending.
        """
        picture = views["picture"](self)
        if path is not None:
            picture.save(path)
        return picture

    def as_graph_def(self, from_version: Any = None, add_shapes: bool = False) -> Any:
        """The nodes as data: `.node` lists them, `str()` gives a line for each."""
        del from_version, add_shapes
        return views["definition"](self)

    # State

    def finalize(self) -> None:
        """From now on nothing can be added."""
        self._finalized = True

    @property
    def finalized(self) -> bool:
        """Whether nothing can be added."""
        return self._finalized

    @property
    def version(self) -> int:
        """Grows with every node."""
        return len(self._operations)


_stack: list[Graph] = []
_root: list[Graph] = []


def get_default_graph() -> Graph:
    """The graph that new nodes go to."""
    if _stack:
        return _stack[-1]
    if not _root:
        _root.append(Graph())
    return _root[0]


def reset_default_graph() -> None:
    """A new, empty default graph.

    Raises:
        GraphStateError: inside of `with graph.as_default()`.
    """
    if _stack:
        raise ResetError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the nesting and "
            "create a new graph."
        )
    _root[:] = [Graph()]
