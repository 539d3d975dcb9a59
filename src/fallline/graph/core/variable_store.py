"""The variables that `get_variable` made in a graph: found by their name, or made."""

from __future__ import annotations

import functools
import inspect
import linecache
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fallline.graph.core import shapes
from fallline.graph.core.building import convert
from fallline.graph.core.dtypes import DType
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.shapes import Sizes
from fallline.graph.core.variables import Variable

_HERE = str(Path(__file__).parents[1])


class VariableStore:
    """Variables by their full name, and where each was made.

    Attributes:
        either: The value of `reuse` under which a variable may exist or not.
    """

    def __init__(self, either: Any) -> None:
        self.either = either
        self._variables: dict[str, Variable] = {}
        self._made_at: dict[str, str] = {}

    def get_variable(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Sequence[str] | None = None,
        validate_shape: bool = True,
        constraint: Any = None,
        **_: Any,
    ) -> Variable:
        """Finds or makes a variable.

        Raises:
            GraphError: it exists and must not, does not and must, or cannot be made of what is given.
            GraphShapeError: it is found with another shape.
        """
        if not isinstance(name, str):
            raise GraphError(f"tf.get_variable: expected a name, got {name!r}.")
        if shape is not None and initializer is not None and not callable(initializer):
            raise GraphError(f"If initializer is a constant, do not specify shape. (variable {name})")
        sizes = shapes.sizes_of(shape)
        if name in self._variables:
            return self._found(name, sizes, dtype, reuse)
        if reuse is True:
            raise GraphError(
                f"Variable {name} does not exist, or was not created with tf.get_variable(). Did you mean to set "
                f"reuse=tf.AUTO_REUSE in VarScope?{self._near(name)}"
            )
        value, kind = _initial_value(name, sizes, dtype, initializer)
        variable = Variable(
            value, trainable is not False, collections, validate_shape, name=name, dtype=kind, constraint=constraint
        )  # fmt: skip
        self._variables[name] = variable
        self._made_at[name] = _place_of_user()
        if regularizer is not None:
            with get_default_graph().name_scope(f"{name}/Regularizer/"):
                loss = regularizer(variable)
            if loss is not None:
                get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
        return variable

    def _found(self, name: str, sizes: Sizes, dtype: DType, reuse: Any) -> Variable:
        found = self._variables[name]
        if reuse is not True and reuse is not self.either:
            raise GraphError(
                f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope? "
                f"Originally defined at:\n\n{self._made_at[name]}\n"
            )
        own = found._ref.sizes
        if not shapes.compatible(sizes, own):
            raise GraphShapeError(
                f"Trying to share variable {name}, but specified shape {shapes.shown(sizes)} and found shape {shapes.shown(own)}."
            )
        if not dtype.is_compatible_with(found.dtype):
            raise GraphError(
                f"Trying to share variable {name}, but specified dtype {dtype.name} and found dtype {found.dtype.name}."
            )
        return found

    def _near(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name, self._variables, 1)
        return f" (There is a variable {near[0]}.)" if near else ""


def _initial_value(name: str, sizes: Sizes, dtype: DType, initializer: Any) -> tuple[Any, DType | None]:
    """What a variable starts as, and its type where that is not the value's."""
    if initializer is None:
        if sizes is None:
            raise GraphError(
                f"Variable {name} did not get an initializer, so its `shape` argument must be specified."
            )
        initializer = _default_initializer(dtype)
    if not callable(initializer):
        return initializer, None
    if inspect.isclass(initializer):
        initializer = initializer()
    if shapes.count(sizes) is not None and sizes is not None:
        return functools.partial(_called, name, initializer, list(sizes), dtype.base_dtype), dtype.base_dtype
    if _needs_nothing(initializer):
        return initializer, None
    raise GraphError(
        f"The initializer passed is not valid. It should be a callable with no arguments and the shape should not be provided "
        f"or an instance of `tf.keras.initializers.*' and `shape` should be fully defined. (variable {name}, shape "
        f"{shapes.shown(sizes)})"
    )


def _called(name: str, initializer: Any, sizes: list[Any], dtype: DType) -> Any:
    value = convert(initializer(sizes, dtype=dtype) if _takes_dtype(initializer) else initializer(sizes))
    if not shapes.compatible(value.sizes, tuple(sizes)):
        raise GraphShapeError(
            f"The initializer of variable {name} gives shape {shapes.shown(value.sizes)}, but its shape is "
            f"{shapes.shown(tuple(sizes))}."
        )
    if value.sizes is None or None in value.sizes:
        value.set_shape(sizes)
    return value


def _default_initializer(dtype: DType) -> Callable[..., Any]:
    from fallline.graph import initializers

    if dtype.is_floating:
        return initializers.glorot_uniform_initializer()
    return initializers.zeros_initializer()


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def _takes_dtype(function: Any) -> bool:
    found = _parameters(function)
    return any(each.name == "dtype" or each.kind is each.VAR_KEYWORD for each in found)


def _needs_nothing(function: Any) -> bool:
    return all(
        each.default is not each.empty or each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        for each in _parameters(function)
    )


def _place_of_user() -> str:
    """The line of the program that the call comes from."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename.startswith(_HERE) or frame.f_code.co_filename.endswith("contextlib.py")
    ):
        frame = frame.f_back
    code = frame.f_code
    line = linecache.getline(code.co_filename, frame.f_lineno).strip()
    return f'  File "{code.co_filename}", line {frame.f_lineno}, in {code.co_name}\n    {line}'
