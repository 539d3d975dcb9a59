"""`tf.contrib.framework`: argument scopes, and variables by their scopes."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from fallline.graph.contrib.arguments import (
    add_arg_scope,
    arg_scope,
    arg_scoped_arguments,
    current_arg_scope,
    has_arg_scope,
)
from fallline.graph.core.failures import GraphError, GraphTypeError, absent
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.variable_scopes import VariableScope, get_variable
from fallline.graph.core.variables import Variable
from fallline.graph.train.global_step import create_global_step, get_global_step, get_or_create_global_step

__all__ = [
    "add_arg_scope",
    "add_model_variable",
    "arg_scope",
    "arg_scoped_arguments",
    "assert_global_step",
    "create_global_step",
    "current_arg_scope",
    "get_global_step",
    "get_local_variables",
    "get_model_variables",
    "get_or_create_global_step",
    "get_trainable_variables",
    "get_unique_variable",
    "get_variable_full_name",
    "get_variables",
    "get_variables_by_name",
    "get_variables_by_suffix",
    "get_variables_to_restore",
    "has_arg_scope",
    "local_variable",
    "model_variable",
    "variable",
]


def __getattr__(name: str) -> Any:
    raise absent("tf.contrib.framework", name, get_close_matches(name, __all__, 1))


# --- making -----------------------------------------------------------------------------------------------


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    use_resource: bool | None = None,
) -> Variable:
    """`tf.get_variable`, with defaults from `arg_scope`."""
    del caching_device, device, use_resource
    found = list(collections if collections is not None else [GraphKeys.GLOBAL_VARIABLES])
    return get_variable(
        name, shape, dtype, initializer, regularizer, trainable, list(dict.fromkeys(found)), partitioner=partitioner,
        custom_getter=custom_getter,
    )  # fmt: skip


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    **more: Any,
) -> Variable:
    """`tf.get_variable`, entered among the variables of the model too."""
    found = [*(collections or ()), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(name, shape, dtype, initializer, regularizer, trainable, found, **more)


def local_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: bool | None = None
) -> Variable:
    """A variable that is neither trained nor saved."""
    del use_resource
    return Variable(initial_value, False, [GraphKeys.LOCAL_VARIABLES], validate_shape, name=name)


def add_model_variable(var: Variable) -> None:
    """Enters a variable among those of the model."""
    if var not in get_default_graph().get_collection(GraphKeys.MODEL_VARIABLES):
        get_default_graph().add_to_collection(GraphKeys.MODEL_VARIABLES, var)


# --- finding ----------------------------------------------------------------------------------------------


def get_variables(
    scope: str | VariableScope | None = None, suffix: str | None = None, collection: str = GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:  # fmt: skip
    """The variables whose name begins with a scope and ends with a suffix."""
    if isinstance(scope, VariableScope):
        scope = scope.name
    if suffix is not None:
        suffix = suffix if ":" in suffix else f"{suffix}:"
        scope = f"{scope or ''}.*{re.escape(suffix)}"
    return get_default_graph().get_collection(collection, scope)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The trainable ones of `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """Those of the model among `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The local ones of `get_variables`."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """The variables whose name ends with a suffix."""
    return get_variables(scope, suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """The variables of a name in whatever scope: `given_name` itself, or `.../given_name`."""
    pattern = re.compile(rf"(^|.*/){re.escape(given_name)}:")
    return [each for each in get_variables(scope) if pattern.match(each.name)]


def get_unique_variable(var_op_name: str) -> Any:
    """The variable of a full name.

    Raises:
        GraphError: there is none.
    """
    for each in get_variables():
        if each.op.name == var_op_name:
            return each
    raise GraphError(f"Variable {var_op_name} does not exist.")


def get_variable_full_name(var: Variable) -> str:
    """The full name of a variable."""
    return var.op.name


def get_variables_to_restore(
    include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
) -> list[Any]:
    """The variables of the included scopes (None: all) without those of the excluded ones."""
    for what, given in (("include", include), ("exclude", exclude)):
        if given is not None and not isinstance(given, list | tuple | set):
            raise GraphTypeError(f"{what} must be a list, tuple or set, or None.")
    found = (
        get_variables() if include is None else [each for scope in include for each in get_variables(scope)]
    )
    left_out = [] if exclude is None else [each for scope in exclude for each in get_variables(scope)]
    return [each for each in found if each not in left_out]


def assert_global_step(global_step_tensor: Any) -> None:
    """Refuses what is no variable of one whole number.

    Raises:
        GraphTypeError: it is none.
    """
    if not (
        global_step_tensor.dtype.base_dtype.is_integer and global_step_tensor.get_shape().as_list() == []
    ):
        raise GraphTypeError(
            f'Existing "global_step" must be a scalar of whole numbers: {global_step_tensor!r}.'
        )


def renamed(names: dict[str, str]) -> Any:
    """A getter that makes variables of the model, some of them under another last name."""
    return functools.partial(_renamed_variable, names)


def _renamed_variable(names: dict[str, str], getter: Any, name: str, **keywords: Any) -> Variable:
    first, slash, last = name.rpartition("/")
    keywords["collections"] = [
        *(keywords.get("collections") or [GraphKeys.GLOBAL_VARIABLES]), GraphKeys.MODEL_VARIABLES,
    ]  # fmt: skip
    return getter(f"{first}{slash}{names.get(last, last)}", **keywords)
