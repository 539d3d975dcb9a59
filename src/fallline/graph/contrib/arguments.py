"""`arg_scope`: arguments that functions of `contrib` take by default within a block."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fallline.graph.core.failures import GraphError, GraphTypeError

_Scope = dict[str, dict[str, Any]]
_entered: list[_Scope] = [{}]


def _key(function: Any) -> str:
    return getattr(function, "_key_of_scope", str(function))


def has_arg_scope(func: Any) -> bool:
    """Whether a function takes arguments from `arg_scope`."""
    return hasattr(func, "_key_of_scope")


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """The names of the arguments that a function can take from `arg_scope`."""
    code = getattr(func, "__wrapped__", func).__code__
    with_defaults = func.__wrapped__.__defaults__ or ()
    return code.co_varnames[: code.co_argcount][-len(with_defaults) :] if with_defaults else ()


def add_arg_scope(func: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function take arguments from `arg_scope`."""
    key = f"{func.__module__}.{func.__qualname__}"

    @functools.wraps(func)
    def with_scope(*arguments: Any, **keywords: Any) -> Any:
        return func(*arguments, **(_entered[-1].get(key, {}) | keywords))

    with_scope._key_of_scope = key  # type: ignore[attr-defined]
    return with_scope


def current_arg_scope() -> _Scope:
    """The arguments in force, by function."""
    return _entered[-1]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope: Sequence[Any] | Mapping[Any, Any], **kwargs: Any) -> Iterator[_Scope]:
    """Functions take these arguments by default within the block.

    `with arg_scope([fully_connected], activation_fn=None): ...`

    Args:
        list_ops_or_scope: Functions that take arguments so, or a scope that an earlier `arg_scope` gave.
        kwargs: The arguments.

    Yields:
        The scope, which may be entered again.

    Raises:
        GraphError: a function takes none, or a scope comes with arguments.
    """
    if isinstance(list_ops_or_scope, Mapping):
        if kwargs:
            raise GraphError(
                "When attempting to re-use a scope by suppling a dictionary, kwargs must be empty."
            )
        scope = {key: dict(value) for key, value in list_ops_or_scope.items()}
    else:
        if not isinstance(list_ops_or_scope, list | tuple):
            raise GraphTypeError("list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict)")
        scope = {key: dict(value) for key, value in _entered[-1].items()}
        for function in list_ops_or_scope:
            if not has_arg_scope(function):
                name = getattr(function, "__name__", function)
                raise GraphError(
                    f"{name} is not decorated with @add_arg_scope: it takes no arguments from arg_scope."
                )
            scope[_key(function)] = scope.get(_key(function), {}) | kwargs
    _entered.append(scope)
    try:
        yield scope
    finally:
        _entered.pop()
