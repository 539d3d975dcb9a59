"""Functions of JAX on arrays, at once, told to tapes: what graphs have no operation for, and named functions of Fallline."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from fallline._tree import canonical_number
from fallline.old.tensorflow.second.core import programs
from fallline.old.tensorflow.second.core.entries import Cell, open_recorders, record
from fallline.old.tensorflow.second.core.evaluation import cell_of, flat, is_plain, network_tensor
from fallline.old.tensorflow.second.core.tensors import EagerTensor, meanings
from fallline.old.tensorflow.second.core.variables import Variable
from fallline.own.variable import Variable as Held


@dataclasses.dataclass(frozen=True)
class OfTrees:
    """A function of trees as one of their arrays.

    Attributes:
        function: The function.
        structure: The structure of its arguments, `(args, kwargs)`, with a leaf for each array.
        slim: Whether it computes without 64 bits, as Fallline's networks do.
    """

    function: Callable[..., Any]
    structure: Any
    slim: bool = False

    def __call__(self, *arrays: Any) -> Any:
        """The leaves of what it gives."""
        args, kwargs = jax.tree.unflatten(self.structure, [*map(narrow, arrays)] if self.slim else arrays)
        with jax.enable_x64(False) if self.slim else contextlib.nullcontext():
            leaves, told = jax.tree.flatten(self.function(*args, **kwargs))
        _told[self] = told
        return tuple(leaves)


_told: dict[OfTrees, Any] = {}
"""The structure of what each gave."""


class _Fixed:
    """A part of the arguments that is no array, as a node of a tree without leaves."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Fixed) and type(self.value) is type(other.value) and self.value == other.value
        )

    def __hash__(self) -> int:
        try:
            return hash(self.value)
        except TypeError:
            return 0


jax.tree_util.register_pytree_node(_Fixed, lambda fixed: ((), fixed), lambda fixed, _: fixed)


def _arrays_apart(value: Any) -> Any:
    """Arguments as a tree whose leaves are arrays."""
    if isinstance(value, EagerTensor | Variable | Held | jax.Array):
        return value
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value
    if type(value) in (list, tuple):
        return type(value)(map(_arrays_apart, value))
    if type(value) is dict:
        return {key: _arrays_apart(each) for key, each in value.items()}
    return _Fixed(value)


@dataclasses.dataclass(frozen=True)
class Filled:
    """A function of arguments some of which are no arrays.

    Attributes:
        function: The function.
    """

    function: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What it gives."""
        return self.function(*_filled(args), **_filled(kwargs))


def _filled(value: Any) -> Any:
    if isinstance(value, _Fixed):
        return value.value
    if type(value) in (list, tuple):
        return type(value)(map(_filled, value))
    return {key: _filled(each) for key, each in value.items()} if type(value) is dict else value


def narrow(value: Any) -> Any:
    """An array of a type that JAX has without 64 bits; others as they are."""
    kinds = {"float64": "float32", "int64": "int32", "uint64": "uint32", "complex128": "complex64"}
    kind = kinds.get(np.dtype(value.dtype).name)
    return value if kind is None else value.astype(kind)


def applied(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any] | None = None,
    slim: bool = False,
    passes: bool = True,
) -> Any:
    """What a function of JAX gives for tensors, variables and arrays, as tensors; told to tapes.

    Args:
        function: A pure function of a module, or one that compares equal where it computes the same.
        args: Its arguments: lists and dictionaries of arrays and of what is none.
        kwargs: Those by name.
        slim: Whether it computes without 64 bits, as Fallline's networks do.
        passes: Whether gradients pass.
    """
    given = (_arrays_apart(tuple(args)), _arrays_apart(dict(kwargs or {})))
    leaves, structure = jax.tree.flatten(given)
    cells = [cell_of(each) for each in leaves]
    arrays = [cell.value for cell in cells]
    filled = Filled(function)
    compute = OfTrees(filled, structure, slim)
    with jax.enable_x64(not slim):
        outputs = [Cell(each) for each in programs.run(compute, [*map(narrow, arrays)] if slim else arrays)]
    if open_recorders and cells:
        record(compute, {}, cells, outputs, [passes] * len(cells))
    return jax.tree.unflatten(_told[compute], [EagerTensor(cell) for cell in outputs])


def of_trees(function: Callable[..., Any], *trees: Any) -> Any:
    """What a pure function of trees gives, as tensors; told to tapes.

    Args:
        function: A function of a module.
        trees: Its arguments: trees of variables, tensors, arrays and numbers.
    """
    leaves, structure = jax.tree.flatten((trees, {}))
    cells = [
        cell_of(each if hasattr(each, "dtype") else np.asarray(canonical_number(each))) for each in leaves
    ]
    compute = OfTrees(function, structure, True)
    with jax.enable_x64(False):
        outputs = [Cell(each) for each in programs.run(compute, [narrow(cell.value) for cell in cells])]
    if open_recorders and cells:
        record(compute, {}, cells, outputs, [True] * len(cells))
    return jax.tree.unflatten(_told[compute], [EagerTensor(cell) for cell in outputs])


def computed(function: Callable[..., Any], *trees: Any) -> Any:
    """What a pure function of trees gives, by one program for each structure and shapes.

    Args:
        function: A function of a module.
        trees: Its arguments: trees of arrays and numbers, of types that JAX has without 64 bits.
    """
    leaves, structure = jax.tree.flatten((trees, {}))
    arrays = [each if hasattr(each, "dtype") else np.asarray(canonical_number(each)) for each in leaves]
    compute = OfTrees(function, structure, True)
    with jax.enable_x64(False):
        found = programs.run(compute, arrays)
    return jax.tree.unflatten(_told[compute], found)


def of_jax(function: Callable[..., Any], name: str, passes: bool = True) -> Callable[..., Any]:
    """A function of arrays as one of tensors.

    Args:
        function: A pure function of JAX's arrays.
        name: Where the result is found again within the package.
        passes: Whether gradients pass.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        parts = [*flat(args), *flat(kwargs)]
        if (symbolic := network_tensor(parts)) is not None:
            return symbolic.through(name, args, kwargs)
        if is_plain(parts):
            return function(*map(_plain, args), **{key: _plain(each) for key, each in kwargs.items()})
        return applied(function, args, kwargs, passes=passes)

    return call


def _plain(value: Any) -> Any:
    """Arrays in the place of tensors."""
    if isinstance(value, EagerTensor | Variable | Held):
        return cell_of(value).value
    if type(value) in (list, tuple):
        return type(value)(map(_plain, value))
    return value


@functools.cache
def _named(name: str) -> Callable[..., Any]:
    module, _, last = name.rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"fallline.{module}"), last)
    return found


def meaning(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What a function of `fallline.ops` or `fallline.activations` gives for tensors."""
    parts = [*flat(args), *flat(kwargs)]
    function = _named(name)
    if (symbolic := network_tensor(parts)) is not None:
        return symbolic.through(
            name, tuple(map(_plain, args)), {key: _plain(each) for key, each in kwargs.items()}
        )
    if is_plain(parts):
        return function(*map(_plain, args), **{key: _plain(each) for key, each in kwargs.items()})
    return applied(function, args, kwargs, slim=True)


meanings.append(meaning)
