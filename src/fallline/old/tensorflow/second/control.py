"""Python's own control at once: conditions, loops, functions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fallline.old.tensorflow.second.core.entries import Cell, open_recorders, record
from fallline.old.tensorflow.second.core.evaluation import cell_of, flat, is_plain
from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.old.tensorflow.second.core.variables import Variable
from fallline.old.tensorflow.second.of_graphs import operation


def function(func: Any = None, input_signature: Any = None, **settings: Any) -> Any:
    """`tf.function`, as a decorator or called: the function runs as it stands, its operations at once.

    Args:
        func: The function; None: what comes back is a decorator.
        input_signature: Taken and left alone.
        settings: Taken and left alone.
    """
    if func is None:
        return functools.partial(function, input_signature=input_signature, **settings)
    return Function(func, input_signature)


class Function:
    """A function as `tf.function` gives it.

    Attributes:
        python_function: The function.
    """

    def __init__(self, python_function: Callable[..., Any], input_signature: Any = None) -> None:
        functools.update_wrapper(self, python_function)
        self.python_function, self.input_signature = python_function, input_signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs it: arrays among the arguments come as tensors, as they do in TensorFlow."""
        return self.python_function(*map(_given, args), **{key: _given(each) for key, each in kwargs.items()})

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return self if owner is None else functools.partial(self, owner)

    def get_concrete_function(self, *_: Any, **__: Any) -> Function:
        """The function itself."""
        return self

    @property
    def experimental_get_tracing_count(self) -> Callable[[], int]:
        """How often it was traced: once."""
        return lambda: 1


def _given(value: Any) -> Any:
    return tensor_of(value) if isinstance(value, np.ndarray) and value.dtype != object else value


def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: Any = None) -> Any:
    """What the one or the other function gives, by a truth value."""
    del name
    if is_plain([pred]) and not isinstance(pred, bool):
        import jax

        return jax.lax.cond(pred, true_fn, false_fn)
    return true_fn() if bool(pred) else false_fn()


def case(
    pred_fn_pairs: Any, default: Any = None, exclusive: bool = False, strict: bool = False, name: Any = None
) -> Any:
    """What the function of the first true condition gives, or the default."""
    del exclusive, strict, name
    pairs = pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs
    for condition, chosen in pairs:
        if bool(condition):
            return chosen()
    return None if default is None else default()


def switch_case(branch_index: Any, branch_fns: Any, default: Any = None, name: Any = None) -> Any:
    """What the function of a number gives, or the default (the last)."""
    del name
    given = branch_fns.items() if isinstance(branch_fns, dict) else enumerate(branch_fns)
    branches = {int(each[0]): each[1] for each in given}
    return branches.get(int(branch_index), default or [*branches.values()][-1])()


def while_loop(
    cond: Any, body: Any, loop_vars: Any, shape_invariants: Any = None, parallel_iterations: Any = None,
    back_prop: bool = True, swap_memory: bool = False, maximum_iterations: Any = None, name: Any = None,
) -> Any:  # fmt: skip
    """Runs the body while the condition holds; gives the last of what it gives."""
    del shape_invariants, parallel_iterations, back_prop, swap_memory, name
    values, turns = loop_vars, 0
    while (maximum_iterations is None or turns < int(maximum_iterations)) and bool(cond(*values)):
        found = body(*values)
        values = found if isinstance(found, list | tuple) else (found,)
        turns += 1
    return values


def _rows(elems: Any) -> list[Any]:
    if isinstance(elems, list | tuple):
        return [*zip(*(tensor_of(each) for each in elems), strict=True)]
    return [*tensor_of(elems)]


def _stacked(rows: Sequence[Any]) -> Any:
    stack = operation("", "stack")
    if isinstance(rows[0], list | tuple):
        return type(rows[0])(stack(list(each)) for each in zip(*rows, strict=True))
    return stack(list(rows))


def map_fn(fn: Any, elems: Any, *_: Any, **__: Any) -> Any:
    """The function of each row, stacked."""
    return _stacked([fn(row) for row in _rows(elems)])


def vectorized_map(fn: Any, elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:
    """The function of each row, stacked."""
    del fallback_to_while_loop, warn
    return map_fn(fn, elems)


def scan(fn: Any, elems: Any, initializer: Any = None, *_: Any, **__: Any) -> Any:
    """The function of what came before and each row; all that it gives, stacked."""
    rows = _rows(elems)
    before, found = (rows[0], [rows[0]]) if initializer is None else (initializer, [])
    for row in rows[1:] if initializer is None else rows:
        before = fn(before, row)
        found.append(before)
    return _stacked(found)


def foldl(fn: Any, elems: Any, initializer: Any = None, *_: Any, **__: Any) -> Any:
    """The function of what came before and each row; the last that it gives."""
    rows = _rows(elems)
    before = rows[0] if initializer is None else initializer
    for row in rows[1:] if initializer is None else rows:
        before = fn(before, row)
    return before


def py_function(func: Any = None, inp: Any = (), Tout: Any = None, name: Any = None) -> Any:
    """What a function of Python gives for tensors, in the types that are said."""
    del name
    found = func(*map(tensor_of, inp))
    if Tout is None or found is None:
        return found
    if isinstance(Tout, list | tuple):
        return [tensor_of(each, kind) for each, kind in zip(found, Tout, strict=True)]
    return tensor_of(found, Tout)


def numpy_function(
    func: Any = None, inp: Any = (), Tout: Any = None, stateful: bool = True, name: Any = None
) -> Any:
    """What a function of NumPy gives for tensors, in the types that are said."""
    del stateful
    return py_function(lambda *given: func(*map(np.asarray, given)), inp, Tout, name)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives `(y, gradient)`, where `gradient` says how gradients pass back.

    Raises:
        NotImplementedError: while a tape records, as a gradient written in Python cannot be compiled with the rest.
    """

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        outer, open_recorders[:] = [*open_recorders], []
        try:
            found, gradient = f(*args, **kwargs)
        finally:
            open_recorders[:] = outer
        if outer:
            cells = [cell_of(each) for each in flat(args)]
            outputs = [each.cell for each in flat(found)]
            record(_Written(gradient, len(cells)), {}, cells, outputs, [True] * len(cells))
        return found

    return call


class _Written:
    def __init__(self, gradient: Callable[..., Any], inputs: int) -> None:
        self.gradient, self.inputs = gradient, inputs

    def __call__(self, *_: Any) -> Any:
        """Not compiled."""
        raise NotImplementedError(
            "tf.custom_gradient: a gradient written in Python is not taken by a tape here; write the function so that its own "
            "derivative is right."
        )


class Module:
    """`tf.Module`: its variables are those of its attributes.

    Args:
        name: Its name.
    """

    def __init__(self, name: str | None = None) -> None:
        self._module_name = name or type(self).__name__.lower()

    @property
    def name(self) -> str:
        """Its name."""
        return self._module_name

    @property
    def name_scope(self) -> Any:
        """A scope of names."""
        import contextlib

        return contextlib.nullcontext(self._module_name)

    @property
    def variables(self) -> tuple[Any, ...]:
        """All variables of its attributes, and of modules, layers and models among them."""
        return tuple(_variables(self, set()))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those that are trained."""
        return tuple(each for each in self.variables if getattr(each, "trainable", True))

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The modules among its attributes."""
        return tuple(each for each in flat(list(vars(self).values())) if isinstance(each, Module))


def _variables(value: Any, seen: set[int]) -> list[Any]:
    if id(value) in seen:
        return []
    seen.add(id(value))
    if isinstance(value, Variable):
        return [value]
    if isinstance(value, Module):
        # By their names, as TensorFlow orders them.
        return [one for _, each in sorted(vars(value).items()) for one in _variables(each, seen)]
    if isinstance(value, list | tuple | dict):
        return [one for each in flat(value) for one in _variables(each, seen)]
    return [*value.variables] if hasattr(value, "trainable_variables") else []


class TensorArray:
    """`tf.TensorArray`: tensors by their numbers."""

    def __init__(self, dtype: Any = None, size: Any = 0, dynamic_size: Any = None, **_: Any) -> None:
        self._dtype = dtype
        self._parts: list[Any] = [None] * int(size)

    def write(self, index: Any, value: Any, name: Any = None) -> TensorArray:
        """Puts a tensor in a place."""
        place = int(index)
        self._parts += [None] * (place + 1 - len(self._parts))
        self._parts[place] = tensor_of(value, self._dtype)
        return self

    def read(self, index: Any, name: Any = None) -> Any:
        """The tensor in a place."""
        return self._parts[int(index)]

    def stack(self, name: Any = None) -> Any:
        """All, along a new axis."""
        return operation("", "stack")(self._parts)

    def concat(self, name: Any = None) -> Any:
        """All, along their first axis."""
        return operation("", "concat")(self._parts, 0)

    def unstack(self, value: Any, name: Any = None) -> TensorArray:
        """Takes the rows of a tensor."""
        self._parts = [*tensor_of(value)]
        return self

    def size(self, name: Any = None) -> Any:
        """How many there are."""
        return EagerTensor(Cell(np.int32(len(self._parts))))
