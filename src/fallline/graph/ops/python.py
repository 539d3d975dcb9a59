"""What Python does within a run: printing, checks, functions."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core.building import convert, node
from fallline.graph.core.dtypes import as_dtype
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.nodes import Formula, Operation, Tensor

__all__ = ["Assert", "Print", "numpy_function", "print", "py_func"]


# --- printing ---------------------------------------------------------------------------------------------


def _values(array: Any, few: int) -> str:
    """The first values as tf.Print shows them: `[1 2 3...]`."""
    flat = np.asarray(array).reshape(-1)
    shown = " ".join(_number(each) for each in flat[:few])
    return f"{shown}..." if flat.size > few else shown


def _number(value: Any) -> str:
    if isinstance(value, np.bool_ | bool):
        return str(int(value))
    return f"{value:g}" if isinstance(value, np.floating | float) else str(value)


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _told(*data: Any, message: str, few: int) -> None:
    _say(message + "".join(f"[{_values(each, few)}]" for each in data) + "\n")


def _told_first(count: Any, *data: Any, message: str, few: int, most: int) -> None:
    if count < most:
        _told(*data, message=message, few=few)


def _printed(x: Any, *data: Any, message: str, few: int) -> Any:
    def tell(*values: Any) -> None:
        jax.debug.callback(functools.partial(_told, message=message, few=few), *values)

    return _with_effect(tell, x, *data)


def _printed_first(x: Any, *data: Any, state: Any, message: str, few: int, most: int) -> Any:
    def tell(*values: Any) -> None:
        jax.debug.callback(functools.partial(_told_first, message=message, few=few, most=most), *values)

    return _with_effect(tell, x, state, *data), state + np.int32(1)


def _with_effect(effect: Callable[..., None], x: Any, *values: Any) -> Any:
    """X, with an effect of some values; a gradient goes the way forward once more, and must not print again."""

    def passing(inner: Any, *rest: Any) -> Any:
        effect(*rest)
        return inner

    def derivative(primals: Any, tangents: Any) -> Any:
        return primals[0], tangents[0]

    told = jax.custom_jvp(passing)
    told.defjvp(derivative)
    return told(jnp.asarray(x), *values)


_PRINT, _PRINT_FIRST = Formula(_printed, (0,)), Formula(_printed_first, (0,))


def Print(  # noqa: N802 - TensorFlow's name
    input_: Any,
    data: Sequence[Any],
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """The tensor itself; when it is computed, the first values of some tensors are printed to the error stream.

    Args:
        input_: The tensor.
        data: What is printed, `[1 2 3...]` each.
        message: What stands before.
        first_n: In how many runs of a session it prints; all, by default.
        summarize: How many values of each; 3 by default.
        name: Of the node.
    """
    x = convert(input_)
    attributes: dict[str, Any] = {"message": message or "", "few": summarize or 3}
    inputs = [x, *map(convert, data)]
    if first_n is None or first_n < 0:
        return node("Print", inputs, _PRINT, x.sizes, name=name, **attributes)
    kinds = [(x.dtype.base_dtype, x.sizes)]
    attributes["most"] = int(first_n)
    return (
        get_default_graph()
        .add("Print", inputs, _PRINT_FIRST, kinds, name, attributes, state=np.int32(0))
        .outputs[0]
    )


def _written(*values: Any, form: Any, ends: Any, few: int) -> None:
    texts = [
        np.array2string(
            np.asarray(each),
            threshold=2 * few if few >= 0 else sys.maxsize,
            edgeitems=max(few, 1),
            formatter={"all": _number},
        )
        for each in values
    ]
    shown = [_filled(each, texts) for each in form]
    separator, end = ends
    _say(separator.join(shown) + end)


def _filled(part: Any, texts: Sequence[str]) -> str:
    kind, held = part
    if kind == "text":
        return str(held)
    if kind == "value":
        return str(texts[held])
    if kind == "dict":
        return "{" + ", ".join(f"'{name}': {_filled(each, texts)}" for name, each in held) + "}"
    inner = ", ".join(_filled(each, texts) for each in held)
    return f"[{inner}]" if kind == "list" else f"({inner})"


def _write(*values: Any, form: Any, ends: Any, few: int) -> Any:
    jax.debug.callback(functools.partial(_written, form=form, ends=ends, few=few), *values)
    return ()


_WRITE = Formula(_write, differentiable=False)


def print(
    *inputs: Any,
    output_stream: TextIO | None = None,
    summarize: int = 3,
    sep: str = " ",
    end: str = "\n",
    name: str | None = None,
) -> Operation:
    """An operation that prints values to the error stream: texts, tensors, lists and dictionaries of them.

    Args:
        inputs: What is printed.
        output_stream: `sys.stderr`; other streams are not offered.
        summarize: How many values stand at either end of an axis; -1: all.
        sep: What stands between.
        end: What stands behind.
        name: Of the node.

    Raises:
        GraphError: another stream.
    """
    if output_stream not in (None, sys.stderr, sys.stdout):
        raise GraphError("tf.print: output_stream must be sys.stderr; files get what sess.run gives.")
    tensors: list[Tensor] = []

    def look(part: Any) -> Any:
        if isinstance(part, Tensor) or hasattr(part, "_as_tensor"):
            tensors.append(convert(part))
            return ("value", len(tensors) - 1)
        if isinstance(part, list | tuple):
            return (type(part).__name__, tuple(map(look, part)))
        if isinstance(part, Mapping):
            return ("dict", tuple((key, look(each)) for key, each in part.items()))
        return ("text", str(part))

    form = tuple(map(look, inputs))
    attributes = {"form": form, "ends": (sep, end), "few": int(summarize)}
    return get_default_graph().add("PrintV2", tensors, _WRITE, [], name, attributes)


# --- checks -----------------------------------------------------------------------------------------------


def _failed(condition: Any, *_: Any) -> Any:
    return (), ~jnp.all(jnp.asarray(condition))


_ASSERT: dict[int, Formula] = {}


def Assert(  # noqa: N802 - TensorFlow's name
    condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None
) -> Operation:
    """An operation that stops the run where a condition does not hold, with some values.

    Args:
        condition: A truth value.
        data: What the error shows: tensors and texts.
        summarize: How many values of each; 3 by default.
        name: Of the node.

    Raises:
        InvalidArgumentError: in the run, the condition does not hold.
    """
    given, few = convert(condition), summarize or 3
    if not given.dtype.is_bool:
        raise GraphTypeError(f"tf.Assert: the condition must be a truth value, got {given!r}.")
    parts = [each if isinstance(each, str) else convert(each) for each in data]
    tensors = [each for each in parts if isinstance(each, Tensor)]

    def complaint(*values: Any) -> str:
        found = iter(values)
        shown = [f"[{each}]" if isinstance(each, str) else f"[{_values(next(found), few)}]" for each in parts]
        return f"assertion failed: {' '.join(shown)}"

    told = tuple(range(1, len(tensors) + 1))
    formula = _ASSERT.setdefault(len(tensors), Formula(_failed, differentiable=False, checks=told))
    return get_default_graph().add("Assert", [given, *tensors], formula, [], name, complaint=complaint)


# --- functions --------------------------------------------------------------------------------------------


class _Called:
    """A function of the user's, and what it raised last."""

    def __init__(self, function: Callable[..., Any], kinds: tuple[str, ...]) -> None:
        self.function, self.kinds = function, kinds
        self.mistake = ""

    def results(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """What it gives for arrays, in the types that were announced."""
        found = self.function(*values)
        results = found if isinstance(found, list | tuple) else [found]
        if len(results) != len(self.kinds):
            raise GraphError(
                f"tf.py_func: expected {len(self.kinds)} results of {self.function!r}, got {len(results)}."
            )
        return tuple(np.asarray(each, kind) for each, kind in zip(results, self.kinds, strict=True))

    def complaint(self) -> str:
        """What is wrong with the run."""
        return self.mistake


def _call(*values: Any, called: _Called) -> Any:
    # The shapes of what it gives are seen with zeros.
    shaped = called.results([np.zeros(each.shape, each.dtype) for each in values])
    forms = tuple(jax.ShapeDtypeStruct(each.shape, each.dtype) for each in shaped)

    def call(*given: Any) -> Any:
        nothing = tuple(np.zeros(each.shape, each.dtype) for each in forms)
        try:
            found = called.results([np.asarray(each) for each in given])
        except Exception as error:  # the run raises it: XLA would only tell of a callback
            called.mistake = f"{type(error).__name__}: {error}"
            return *nothing, np.True_
        sizes = [each.shape for each in found]
        if sizes != [each.shape for each in forms]:
            called.mistake = (
                f"tf.py_func: {called.function!r} gave the shapes {sizes}, and for zeros {[each.shape for each in forms]}; what is "
                "compiled has one shape."
            )
            return *nothing, np.True_
        return *found, np.False_

    *results, broken = jax.pure_callback(call, (*forms, jax.ShapeDtypeStruct((), np.bool_)), *values)
    return tuple(results), broken


_CALL = Formula(_call, differentiable=False, checks=())


def py_func(
    func: Callable[..., Any],
    inp: Sequence[Any],
    Tout: Any,  # noqa: N803 - TensorFlow's name
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """What a function of Python gives, as a part of the run; no gradient passes.

    The function is called once more with zeros when a run is compiled, to see the shapes that it gives.

    Args:
        func: A function of NumPy's arrays.
        inp: Tensors: its arguments.
        Tout: The type that it gives, or a list of types.
        stateful: Taken and left alone.
        name: Of the node.

    Returns:
        A tensor, or a list of them where `Tout` is one.

    Raises:
        InvalidArgumentError: in the run, the function raises, or gives other shapes than for zeros.
        GraphError: when the run is compiled, it gives another number of results.
    """
    del stateful
    several = isinstance(Tout, list | tuple)
    kinds = [as_dtype(each).base_dtype for each in (Tout if several else [Tout])]
    called = _Called(func, tuple(kind.name for kind in kinds))
    operation = get_default_graph().add(
        "PyFunc", [convert(each) for each in inp], _CALL, [(kind, None) for kind in kinds], name, {"called": called},
        complaint=called.complaint,
    )  # fmt: skip
    return list(operation.outputs) if several else operation.outputs[0]


numpy_function = py_func
