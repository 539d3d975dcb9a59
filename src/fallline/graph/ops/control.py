"""What runs, and when: conditions, groups, checks, and what Python does within a run."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fallline.graph.core.building import convert, scope
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.graph import Graph, get_default_graph
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import identity
from fallline.graph.running.bodies import BranchBody

__all__ = ["case", "cond", "group", "no_op", "scan", "tuple", "while_loop"]

# --- together ---------------------------------------------------------------------------------------------


def _nothing() -> Any:
    return ()


_NOTHING = Formula(_nothing, differentiable=False)


def no_op(name: str | None = None) -> Operation:
    """An operation that does nothing; under control dependencies it runs what it depends on."""
    return get_default_graph().add("NoOp", [], _NOTHING, [], name)


def group(*inputs: Any, name: str | None = None, **kwargs: Any) -> Operation:
    """An operation that runs all of these: operations, tensors, variables, or lists of them.

    Raises:
        GraphTypeError: something that is none of these.
    """
    if kwargs:
        raise GraphTypeError(f"Unknown keyword arguments of tf.group: {', '.join(kwargs)}.")
    operations = [_operation(each) for each in _flat(inputs)]
    return get_default_graph().add("NoOp", [], _NOTHING, [], name or "group_deps", controls=operations)


def _flat(given: Any) -> list[Any]:
    if isinstance(given, list | builtins.tuple):
        return [each for part in given for each in _flat(part)]
    if isinstance(given, Mapping):
        return [each for part in given.values() for each in _flat(part)]
    return [given]


def _operation(given: Any) -> Operation:
    if isinstance(given, Operation):
        return given
    if not isinstance(given, Tensor) and not hasattr(given, "op"):
        raise GraphTypeError(
            f"tf.group: expected operations, tensors or lists of them, got {given!r} of type {type(given).__name__}."
        )
    operation: Operation = given.op
    return operation


def tuple(tensors: Sequence[Any], name: str | None = None, control_inputs: Any = None) -> list[Any]:
    """These tensors, none of them before all are computed; None stays None.

    Args:
        tensors: Tensors, or None.
        name: The scope.
        control_inputs: Further operations that come before.

    Raises:
        GraphError: none is a tensor.
    """
    given = [None if each is None else convert(each) for each in tensors]
    if not any(each is not None for each in given):
        raise GraphError("tf.tuple: must have at least one tensor.")
    with scope(name, "tuple"):
        before = [*(each.op for each in given if each is not None), *map(_operation, control_inputs or ())]
        with get_default_graph().control_dependencies([group(before)]):
            return [None if each is None else identity(each, "control_dependency") for each in given]


# --- conditions -------------------------------------------------------------------------------------------


def _held(*_: Any, **__: Any) -> Any:
    raise AssertionError("branches are planned")


_BRANCHES = Formula(_held)


class _Branch:
    """What one function of a condition made: the tensors that it gives, its operations, and what they take from outside."""

    def __init__(self, graph: Graph, function: Callable[[], Any], what: str, condition: Tensor) -> None:
        self.key = object()
        self.results: list[Tensor] = []
        self.effects: list[Operation] = []
        with graph.in_branch(self.key):
            given = function()
            if given is None:
                raise GraphError(f"'{what}' must have a return value.")
            self.form = self._look(given, condition)
        self.outer: dict[Tensor, None] = {}
        self.controls: dict[Operation, None] = {}
        self.writes: dict[Operation, None] = {}
        self._follow()

    def _look(self, given: Any, condition: Tensor) -> Any:
        """The results as a form of places; an operation stands for the truth value that it runs at."""
        if isinstance(given, list | builtins.tuple):
            parts = [self._look(each, condition) for each in given]
            return type(given)(*parts) if hasattr(given, "_fields") else type(given)(parts)
        if isinstance(given, Mapping):
            return {name: self._look(each, condition) for name, each in given.items()}
        if isinstance(given, Operation):
            self.effects.append(given)
            given = condition
        self.results.append(convert(given))
        return _Place(len(self.results) - 1)

    def _follow(self) -> None:
        seen: set[Operation] = set()
        waiting = list(self.effects)
        for each in self.results:
            self._take(each, waiting)
        while waiting:
            operation = waiting.pop()
            if operation.branch is not self.key:
                self.controls[operation] = None
            elif operation not in seen:
                seen.add(operation)
                self.writes.update(dict.fromkeys(operation.writes))
                waiting += operation.control_inputs
                for each in operation.inputs[operation.formula.overwrites :]:
                    self._take(each, waiting)

    def _take(self, tensor: Tensor, waiting: list[Operation]) -> None:
        if tensor.op.branch is self.key:
            waiting.append(tensor.op)
        else:
            self.outer[tensor] = None


class _Place(int):
    """The place of a result."""


def _filled(form: Any, values: Sequence[Tensor]) -> Any:
    if isinstance(form, _Place):
        return values[form]
    if isinstance(form, Mapping):
        return {name: _filled(each, values) for name, each in form.items()}
    parts = [_filled(each, values) for each in form]
    return type(form)(*parts) if hasattr(form, "_fields") else type(form)(parts)


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """What one of two functions gives; only what is made in the one that a run takes is computed.

    What a function uses from outside is computed in any case.

    Args:
        pred: A truth value, as a tensor.
        true_fn: A function of no arguments: tensors, operations, or lists and dictionaries of them.
        false_fn: One that gives the same form.
        strict: Whether a list of one tensor stays a list.
        name: The scope.
        fn1: The same as `true_fn`.
        fn2: The same as `false_fn`.

    Returns:
        Tensors in the form that the functions gave; for an operation the truth value.

    Raises:
        GraphTypeError: pred is no tensor of a truth value, or the functions are none.
        GraphError: the functions give different forms or types.
    """
    true_fn, false_fn = true_fn or fn1, false_fn or fn2
    if isinstance(pred, bool):
        raise GraphTypeError(
            "'pred' must not be a Python bool: Python's `if` chooses while the graph is built."
        )
    for what, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise GraphTypeError(
                f"'{what}' must be callable: a function of no arguments, such as `lambda: x`."
            )
    assert true_fn is not None
    assert false_fn is not None
    graph = get_default_graph()
    with scope(name, "cond") as at:
        condition = convert(pred)
        if not condition.dtype.is_bool or condition.sizes not in (None, ()):
            raise GraphTypeError(f"'{at[:-1]}': pred must be one truth value, got {condition!r}.")
        branches = (
            _Branch(graph, true_fn, "true_fn", condition),
            _Branch(graph, false_fn, "false_fn", condition),
        )
        _require_one_form(at, *branches)
        values = _merged(graph, condition, branches)
        form = branches[0].form
        if (
            not strict
            and isinstance(form, list | builtins.tuple)
            and len(form) == 1
            and isinstance(form[0], _Place)
        ):
            form = form[0]
        return _filled(form, values)


def _require_one_form(at: str, one: _Branch, other: _Branch) -> None:
    if one.form != other.form or _kinds(one.form) != _kinds(other.form):
        raise GraphError(
            f"'{at[:-1]}': the two structures don't have the same nested structure: true_fn gives {_shown(one)}, false_fn "
            f"{_shown(other)}."
        )
    for first, second in zip(one.results, other.results, strict=True):
        if first.dtype.base_dtype is not second.dtype.base_dtype:
            raise GraphError(
                f"'{at[:-1]}': Outputs of 'true_fn' and 'false_fn' must have the same type(s). Received "
                f"{first.dtype.base_dtype.name} ({first.name}) from 'true_fn' and {second.dtype.base_dtype.name} ({second.name}) from "
                "'false_fn'."
            )


def _kinds(form: Any) -> Any:
    if isinstance(form, _Place):
        return _Place
    parts = form.values() if isinstance(form, Mapping) else form
    return (type(form), *map(_kinds, parts))


def _shown(branch: _Branch) -> Any:
    return _filled(branch.form, [each.name for each in branch.results])  # type: ignore[misc]


def _merged(graph: Graph, condition: Tensor, branches: builtins.tuple[_Branch, _Branch]) -> list[Tensor]:
    one, other = branches
    written = list(dict.fromkeys([*one.writes, *other.writes]))
    body = BranchBody(
        condition,
        (one.key, other.key),
        (builtins.tuple(one.results), builtins.tuple(other.results)),
        (builtins.tuple(one.effects), builtins.tuple(other.effects)),
    )
    kinds = [(each.outputs[0].dtype, each.outputs[0].sizes) for each in written]
    kinds += [
        (first.dtype.base_dtype, _common(first.sizes, second.sizes))
        for first, second in zip(one.results, other.results, strict=True)
    ]
    operation = graph.add(
        "If", [condition, *dict.fromkeys([*one.outer, *other.outer])], _BRANCHES, kinds, "If",
        attributes={"body": body}, writes=written, controls=list(dict.fromkeys([*one.controls, *other.controls])),
    )  # fmt: skip
    return [identity(each, "Merge") for each in operation.outputs[len(written) :]]


def _common(one: Sizes, other: Sizes) -> Sizes:
    """What both shapes say."""
    if one is None or other is None or len(one) != len(other):
        return None
    return builtins.tuple(a if a == b else None for a, b in zip(one, other, strict=True))


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function of the first condition that holds gives, else the default's.

    Args:
        pred_fn_pairs: Pairs of a truth value and a function, in a list or a dictionary.
        default: What is called where none holds; left out, the last function.
        exclusive: Taken and left alone: the first that holds counts.
        strict: Whether a list of one tensor stays a list.
        name: The scope.

    Raises:
        GraphTypeError: pairs that are none.
    """
    del exclusive
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, Mapping) else pred_fn_pairs)
    for each in pairs:
        if not isinstance(each, list | builtins.tuple) or len(each) != 2 or not callable(each[1]):
            raise GraphTypeError(f"tf.case: expected pairs (condition, function), got {each!r}.")
    if default is None:
        if not pairs:
            raise GraphTypeError("tf.case: no functions.")
        default = pairs.pop()[1]

    def chain(rest: list[Any]) -> Any:
        if not rest:
            return default()
        (condition, function), *further = rest
        return cond(condition, function, lambda: chain(further), strict=True)

    with scope(name, "case"):
        found = chain(pairs)
    single = not strict and isinstance(found, list | builtins.tuple) and len(found) == 1
    return found[0] if single else found


# --- loops ------------------------------------------------------------------------------------------------


def _loop(name: str, instead: str) -> Callable[..., Any]:
    def refuse(*arguments: Any, **keywords: Any) -> Any:
        del arguments, keywords
        raise GraphError(
            f"tf.{name} is out of scope of fallline.graph: networks here are feedforward. {instead}"
        )

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Not offered. {instead}\n\n    Raises:\n        GraphError: always.\n    "
    return refuse


while_loop = _loop("while_loop", "Python's `for` repeats nodes while the graph is built.")
scan = _loop("scan", "tf.cumsum and tf.cumprod run along an axis.")
