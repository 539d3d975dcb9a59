"""Derivatives of what was recorded, as programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core.failures import GraphError
from fallline.graph.running.form import Form
from fallline.old.tensorflow.second.core import programs
from fallline.old.tensorflow.second.core.entries import Cell


@dataclasses.dataclass(frozen=True)
class JacobianForm:
    """Derivatives of each element of a program's only result.

    Attributes:
        inner: The program.
        wanted: For each the arguments that it is taken to.
    """

    inner: Form
    wanted: tuple[tuple[int, ...], ...]

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        """The Jacobians for arguments of the program."""
        places = [place for group in self.wanted for place in group]

        def result(chosen: Sequence[Any]) -> Any:
            given = list(arguments)
            for place, value in zip(places, chosen, strict=True):
                given[place] = value
            return self.inner(*given)[0]

        found = iter(jax.jacrev(result)([jnp.asarray(arguments[place]) for place in places]))
        return tuple(sum(next(found) for _ in group) for group in self.wanted)


_baked: set[Any] = set()
"""Forms in which whole numbers must be known while they are compiled."""


def run(form: Any, cells: list[Cell]) -> tuple[Any, Sequence[Any]]:
    """The results of a form, and the form that gave them."""
    arrays = [cell.value for cell in cells]
    if form not in _baked:
        try:
            return form, programs.run(form, arrays)
        except GraphError:
            _baked.add(form)
    fixed = Baked.of(form, arrays)
    return fixed, programs.run(fixed, arrays)


@dataclasses.dataclass(frozen=True)
class Baked:
    """A form some of whose arguments are parts of it: sizes that shapes are made of.

    Attributes:
        form: The form.
        fixed: (position, type, shape, bytes) of these arguments.
    """

    form: Callable[..., Any]
    fixed: tuple[tuple[int, str, tuple[int, ...], bytes], ...]

    @staticmethod
    def of(form: Callable[..., Any], arrays: Sequence[Any]) -> Baked:
        """A form with the few whole numbers among its arguments in it."""
        found = []
        for position, array in enumerate(arrays):
            if isinstance(array, np.ndarray) and array.dtype.kind in "iu" and array.size <= 64:
                found.append((position, array.dtype.name, array.shape, array.tobytes()))
        return Baked(form, tuple(found))

    def __call__(self, *arguments: Any) -> Any:
        """The results for all arguments, of which these are left alone."""
        given = list(arguments)
        for position, kind, shape, data in self.fixed:
            given[position] = np.frombuffer(data, kind).reshape(shape)
        return self.form(*given)
