"""Which variables have a value yet, as nodes and as an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fallline.graph.core.default_session import get_default_session
from fallline.graph.core.dtypes import bool_, string
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variable_lists import global_variables, local_variables
from fallline.graph.core.variables import variable_of

__all__ = ["is_variable_initialized", "report_uninitialized_variables"]


def _names(*, names: tuple[str, ...]) -> Any:
    session = get_default_session()
    have = set() if session is None else {each.name for each in session.values}
    return np.array([name.encode() for name in names if name not in have], object)


def _has_value(*, name: str) -> Any:
    session = get_default_session()
    return np.bool_(session is not None and name in {each.name for each in session.values})


_MISSING, _HAS = Formula(_names, differentiable=False, on_host=True), Formula(_has_value, False, on_host=True)


def report_uninitialized_variables(
    var_list: Sequence[Any] | None = None, name: str = "report_uninitialized_variables"
) -> Tensor:
    """The names of the variables without a value in the default session, as text."""
    chosen = [*global_variables(), *local_variables()] if var_list is None else list(var_list)
    names = tuple(variable_of(each).op.name for each in chosen)
    return (
        get_default_graph()
        .add("ReportUninitialized", [], _MISSING, [(string, (None,))], name, attributes={"names": names})
        .outputs[0]
    )


def is_variable_initialized(variable: Any) -> Tensor:
    """Whether a variable has a value in the default session."""
    own = variable_of(variable).op.name
    return (
        get_default_graph()
        .add("IsVariableInitialized", [], _HAS, [(bool_, ())], attributes={"name": own})
        .outputs[0]
    )
