"""Scopes: names of operations, names and defaults of variables, and whether a variable is made or found."""

from __future__ import annotations

import contextlib
import enum
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fallline.graph.core.building import convert
from fallline.graph.core.context import name_scope
from fallline.graph.core.dtypes import as_dtype, float32
from fallline.graph.core.failures import GraphError, GraphTypeError, OldNameWarning
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph
from fallline.graph.core.variable_store import VariableStore
from fallline.graph.core.variables import Variable

__all__ = [
    "AUTO_REUSE",
    "VariableScope",
    "get_local_variable",
    "get_variable",
    "get_variable_scope",
    "no_regularizer",
    "op_scope",
    "variable_op_scope",
    "variable_scope",
]


class _ReuseMode(enum.Enum):
    AUTO_REUSE = 1

    def __repr__(self) -> str:
        return "tf.AUTO_REUSE"


AUTO_REUSE = _ReuseMode.AUTO_REUSE
"""A scope's `reuse`: a variable that exists is found, another is made."""


class VariableScope:
    """Where `get_variable` makes and finds variables, and what it gives them by default.

    Attributes:
        name: What stands before the names of the variables.
        original_name_scope: The scope of operation names that it was first entered with.
        reuse: True: variables must exist; False: they must not; `tf.AUTO_REUSE`: either.
        initializer: Of variables without one of their own.
        regularizer: Of variables without one of their own.
        constraint: Of variables without one of their own.
        custom_getter: A function `(getter, name, ...)` that makes variables in the place of `getter`, or None.
        dtype: Of variables without one of their own.
    """

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = float32,
        use_resource: bool | None = None,
        constraint: Any = None,
    ) -> None:
        del caching_device, use_resource
        _refuse_partitioner(partitioner)
        self.name, self.original_name_scope = name, name_scope
        self.reuse = False if reuse is None else reuse
        self.initializer, self.regularizer, self.constraint = initializer, regularizer, constraint
        self.custom_getter, self.dtype = custom_getter, as_dtype(dtype)

    def _with(self, name: str, name_scope: str, reuse: Any, defaults: dict[str, Any]) -> VariableScope:
        """A scope like this one under another name, with further defaults."""
        own = {
            "initializer": self.initializer, "regularizer": self.regularizer, "constraint": self.constraint,
            "custom_getter": self.custom_getter, "dtype": self.dtype,
        }  # fmt: skip
        given = {key: value for key, value in defaults.items() if value is not None}
        outer, inner = self.custom_getter, given.get("custom_getter")
        if outer is not None and inner is not None:
            given["custom_getter"] = _nested(outer, inner)
        return VariableScope(reuse or self.reuse, name, name_scope=name_scope, **(own | given))

    def reuse_variables(self) -> None:
        """From now on variables of this scope must exist."""
        self.reuse = True

    def set_initializer(self, initializer: Any) -> None:
        """Sets the initializer of variables without one."""
        self.initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        """Sets the regulariser of variables without one."""
        self.regularizer = regularizer

    def set_dtype(self, dtype: Any) -> None:
        """Sets the type of variables without one."""
        self.dtype = as_dtype(dtype)

    def set_custom_getter(self, custom_getter: Any) -> None:
        """Sets the function that makes variables."""
        self.custom_getter = custom_getter

    def get_collection(self, name: Any) -> list[Any]:
        """What a collection holds of this scope."""
        return get_default_graph().get_collection(name, f"{self.name}/" if self.name else None)

    def trainable_variables(self) -> list[Any]:
        """The trainable variables of this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Any]:
        """The global variables of this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Any]:
        """The local variables of this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        **more: Any,
    ) -> Variable:
        """The variable of a name in this scope: found or made; see `tf.get_variable`."""
        kind = None if dtype is None else as_dtype(dtype).base_dtype
        full = f"{self.name}/{name}" if self.name else name
        graph = get_default_graph()
        if kind is not None and initializer is not None and not callable(initializer):
            with graph.name_scope(None):
                of_value = convert(initializer).dtype.base_dtype
            if of_value is not kind:
                raise GraphError(
                    f"Initializer type '{of_value}' and explicit dtype '{kind}' don't match. ({full}: give a value of that "
                    "type, or no dtype.)"
                )
        if more.get("constraint") is None:
            more["constraint"] = self.constraint
        arguments = {
            "shape": shape,
            "dtype": kind or self.dtype,
            "initializer": self.initializer if initializer is None else initializer,
            "regularizer": self.regularizer if regularizer is None else regularizer,
            "reuse": self.reuse if reuse is None else reuse,
            **more,
        }
        # A variable's name depends on variable scopes only.
        with graph.name_scope(None):
            found = _scopes(graph).variables.get_variable
            if self.custom_getter is not None:
                return self.custom_getter(found, name=full, **arguments)
            return found(full, **arguments)


def _nested(outer: Callable[..., Any], inner: Callable[..., Any]) -> Callable[..., Any]:
    def both(getter: Any, *arguments: Any, **keywords: Any) -> Any:
        return inner(lambda *a, **k: outer(getter, *a, **k), *arguments, **keywords)

    return both


class _Scopes:
    """What a graph knows of its scopes: the one that is entered, and how often each was."""

    def __init__(self) -> None:
        self.current = VariableScope(False)
        self.entered: dict[str, int] = {}
        self.variables = VariableStore(AUTO_REUSE)

    def unique(self, prefix: str) -> str:
        """A default name that no variable scope within the present one was entered by."""
        full = f"{self.current.name}/{prefix}" if self.current.name else prefix
        if not self.entered.get(full):
            return prefix
        number = 1
        while self.entered.get(f"{full}_{number}"):
            number += 1
        return f"{prefix}_{number}"

    def close(self, name: str) -> None:
        """Counting within a scope starts again at each of its entries."""
        for key in self.entered:
            if key.startswith(f"{name}/"):
                self.entered[key] = 0


def _scopes(graph: Graph) -> _Scopes:
    found = graph.building.get("variable scopes")
    if found is None:
        found = graph.building["variable scopes"] = _Scopes()
    return found


@contextlib.contextmanager
def _entered(
    name_or_scope: Any, reuse: Any, name_scope: str, defaults: dict[str, Any]
) -> Iterator[VariableScope]:
    """A variable scope without a scope of operation names."""
    scopes = _scopes(get_default_graph())
    before = scopes.current
    if isinstance(name_or_scope, VariableScope):
        scope = name_or_scope._with(name_or_scope.name, name_or_scope.original_name_scope, reuse, defaults)
    else:
        name = f"{before.name}/{name_or_scope}" if before.name else name_or_scope
        scope = before._with(name, name_scope, reuse, defaults)
    scopes.entered[scope.name] = scopes.entered.get(scope.name, 0) + 1
    counts = dict(scopes.entered)
    scopes.current = scope
    try:
        yield scope
    finally:
        if isinstance(name_or_scope, VariableScope):
            scopes.entered = counts
        else:
            scopes.close(scope.name)
        scopes.current = before


@contextlib.contextmanager
def variable_scope(
    name_or_scope: Any,
    default_name: str | None = None,
    values: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: bool | None = None,
    constraint: Any = None,
    auxiliary_name_scope: bool = True,
) -> Iterator[VariableScope]:
    """A scope of variables, and of the names of operations.

    Args:
        name_or_scope: Its name, or a scope that is entered again; None: the default name, made unique.
        default_name: The name where there is none.
        values: Taken and left alone.
        initializer: Of variables without one.
        regularizer: Of variables without one.
        caching_device: Taken and left alone.
        partitioner: Must be None.
        custom_getter: A function `(getter, name, ...)` that makes the variables.
        reuse: True: variables must exist; None or False: as in the scope around it; `tf.AUTO_REUSE`: either.
        dtype: Of variables without one.
        use_resource: Taken and left alone.
        constraint: Of variables without one.
        auxiliary_name_scope: Whether names of operations get the scope too.

    Yields:
        The scope, which may be entered again later.

    Raises:
        GraphTypeError: neither a name nor a default.
        GraphError: `reuse` is none of these, or True without a name.
    """
    del values, caching_device, use_resource
    _refuse_partitioner(partitioner)
    if name_or_scope is None and default_name is None:
        raise GraphTypeError("If default_name is None then name_or_scope is required")
    if name_or_scope is not None and not isinstance(name_or_scope, VariableScope | str):
        raise GraphTypeError(
            f"VariableScope: name_or_scope must be a string or VariableScope, got {name_or_scope!r}."
        )
    if reuse not in (None, True, False, AUTO_REUSE):
        raise GraphError(f"The reuse parameter must be True or False or None, got {reuse!r}.")
    if name_or_scope is None and reuse:
        raise GraphError("reuse=True cannot be used without a name_or_scope")
    defaults = {
        "initializer": initializer, "regularizer": regularizer, "constraint": constraint,
        "custom_getter": custom_getter, "dtype": dtype,
    }  # fmt: skip
    graph = get_default_graph()
    given = name_or_scope.name if isinstance(name_or_scope, VariableScope) else name_or_scope
    last = (
        default_name if given is None else given if isinstance(name_or_scope, str) else given.split("/")[-1]
    )
    with contextlib.ExitStack() as stack:
        names = f"{graph.get_name_scope()}/" if graph.get_name_scope() else ""
        if auxiliary_name_scope and last:
            names = stack.enter_context(graph.name_scope(last))
        wanted = _scopes(graph).unique(str(default_name)) if name_or_scope is None else name_or_scope
        yield stack.enter_context(_entered(wanted, reuse, names, defaults))


def get_variable_scope() -> VariableScope:
    """The variable scope that is entered."""
    return _scopes(get_default_graph()).current


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Any = None,
    constraint: Callable[[Any], Any] | None = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Variable:
    """The variable of a name in the present variable scope: made, or, where the scope says `reuse`, found.

    Args:
        name: Its name within the scope.
        shape: Its shape; none where the initializer is a value.
        dtype: Its type; by default the scope's, which is float32, or that of the value.
        initializer: A value, an initializer, its class, or a function of no arguments that gives the value. By default
            the scope's, else Glorot's uniform one for floats and zeros for others.
        regularizer: A function of the variable; its loss is added to REGULARIZATION_LOSSES, once.
        trainable: Whether optimizers change it; by default they do.
        collections: Where it is entered; by default among the global variables.
        caching_device: Taken and left alone.
        partitioner: Must be None.
        validate_shape: Whether its shape is that of the initial value for good.
        use_resource: Taken and left alone.
        custom_getter: A function `(getter, name, ...)` that makes it.
        constraint: A function that optimizers apply to it after each update.
        synchronization: Taken and left alone.
        aggregation: Taken and left alone.

    Raises:
        GraphError: it exists and must not, or the other way round; a value and a shape, or neither; a value of
            another type than `dtype`.
        GraphShapeError: it is found with another shape.
    """
    del caching_device, use_resource, synchronization, aggregation
    _refuse_partitioner(partitioner)
    scope = get_variable_scope()
    if custom_getter is not None:
        scope = scope._with(scope.name, scope.original_name_scope, None, {"custom_getter": custom_getter})
    return scope.get_variable(
        name, shape, dtype, initializer, regularizer, trainable=trainable, collections=collections,
        validate_shape=validate_shape, constraint=constraint,
    )  # fmt: skip


def get_local_variable(name: str, *arguments: Any, **keywords: Any) -> Variable:
    """A variable that is neither trained nor saved; the arguments are those of `tf.get_variable`."""
    keywords["collections"] = [*(keywords.get("collections") or ()), GraphKeys.LOCAL_VARIABLES]
    return get_variable(name, *arguments, **(keywords | {"trainable": False}))


def no_regularizer(_: Any) -> None:
    """A regulariser for a variable that is to have none although its scope gives one."""


def _refuse_partitioner(partitioner: Any) -> None:
    if partitioner is not None:
        raise GraphError(
            "partitioner: variables in parts are not offered; leave it out, the variable is one."
        )


def op_scope(
    values: Any, name: str | None, default_name: str | None = None
) -> contextlib.AbstractContextManager[str]:
    """`tf.name_scope` with the order of arguments of before 1.0."""
    warnings.warn(
        "tf.op_scope(values, name, default_name) is tf.name_scope(name, default_name, values) since TensorFlow 1.0.",
        OldNameWarning,
        stacklevel=2,
    )
    return name_scope(name, default_name, values)


def variable_op_scope(
    values: Any, name_or_scope: Any, default_name: str | None = None, **more: Any
) -> contextlib.AbstractContextManager[VariableScope]:
    """`tf.variable_scope` with the order of arguments of before 1.0."""
    warnings.warn(
        "tf.variable_op_scope(values, name, default_name) is tf.variable_scope(name, default_name, values) since TensorFlow 1.0.",
        OldNameWarning,
        stacklevel=2,
    )
    return variable_scope(name_or_scope, default_name, values, **more)
