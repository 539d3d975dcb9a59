"""The program of a run as data: instructions over numbered places, free of graphs, so that equal forms share a program."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core.failures import GraphShapeError
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class FrozenArray:
    """An array as a key: two of equal type, shape and bytes are one."""

    __repr__ = fields_shown

    array: np.ndarray[Any, Any] = dataclasses.field(compare=False)
    bytes: bytes
    kind: tuple[str, tuple[int, ...]]

    @staticmethod
    def of(array: np.ndarray[Any, Any]) -> FrozenArray:
        """The key of an array."""
        return FrozenArray(array, array.tobytes(), (str(array.dtype), array.shape))


def frozen(value: Any) -> Any:
    """An attribute as a part of a form: hashable."""
    if isinstance(value, np.ndarray):
        return FrozenArray.of(value)
    return tuple(map(frozen, value)) if isinstance(value, list | tuple) else value


def thawed(value: Any) -> Any:
    """The attribute again."""
    return value.array if isinstance(value, FrozenArray) else value


@dataclasses.dataclass(frozen=True)
class Instruction:
    """One operation of a program.

    Attributes:
        compute: Arrays -> the values of its outputs, a function of a module or a form.
        attributes: Keywords of it.
        inputs: The places of its arguments.
        outputs: The places of its outputs.
        state: The places of its state before and after; None: it has none.
        checks: The place of the truth value that must be false; None: nothing is checked.
        passes: For each input, whether gradients pass to it.
    """

    compute: Callable[..., Any]
    attributes: tuple[tuple[str, Any], ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    state: tuple[int, int] | None = None
    checks: int | None = None
    passes: tuple[bool, ...] = ()

    def __call__(self, values: Any) -> None:
        """Computes its outputs from the values in their places, and puts them there."""
        keywords = {name: thawed(value) for name, value in self.attributes}
        if self.state is not None:
            keywords["state"] = values[self.state[0]]
        result = self.compute(*[values[place] for place in self.inputs], **keywords)
        if self.state is not None:
            result, values[self.state[1]] = result
        if self.checks is not None:
            result, values[self.checks] = result
        if len(self.outputs) == 1 and not isinstance(result, tuple):
            result = (result,)
        for place, value in zip(self.outputs, result or (), strict=True):
            values[place] = value


@dataclasses.dataclass(frozen=True)
class Form:
    """A program: places for arguments, instructions, places of results. Calling it runs it.

    Attributes:
        arguments: The places of the arguments.
        instructions: In an order in which each finds its inputs.
        results: The places of the results.
    """

    arguments: tuple[int, ...]
    instructions: tuple[Instruction, ...]
    results: tuple[int, ...]

    def __hash__(self) -> int:
        known = self.__dict__.get("_hash")
        if known is None:
            known = hash((self.arguments, self.instructions, self.results))
            object.__setattr__(self, "_hash", known)
        return known

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        """The results for arguments."""
        values = dict(zip(self.arguments, arguments, strict=True))
        # What is known while the program is traced is computed by NumPy, where 1 / 0 is no more told of than on the device.
        with np.errstate(all="ignore"):
            for instruction in self.instructions:
                instruction(values)
        return tuple(values[place] for place in self.results)


@dataclasses.dataclass(frozen=True)
class GradientForm:
    """The gradients of a sum of results with respect to places of a program.

    Attributes:
        inner: The part of the program between them.
        wanted: For each gradient the arguments of `inner` that it is taken to, by their position.
        added: For each gradient the places within `inner` that a zero is added to instead, where the value is computed
            there or stands in several places.
        ys: How many of the results are differentiated; what follows among the arguments are their weights.
    """

    inner: Form
    wanted: tuple[tuple[int, ...], ...]
    ys: int
    weighted: bool

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        """Gradients for the arguments of the inner form, and the weights of its results."""
        values = list(arguments[: len(self.inner.arguments)])
        weights = arguments[len(values) :]
        places = [place for group in self.wanted for place in group]

        def results(chosen: Sequence[Any]) -> tuple[Any, ...]:
            given = list(values)
            for place, value in zip(places, chosen, strict=True):
                given[place] = value
            return self.inner(*given)

        outputs, back = jax.vjp(results, [jnp.asarray(values[place]) for place in places])
        if not self.weighted:
            weights = tuple(jnp.ones_like(each) for each in outputs)
        (found,) = back(
            tuple(jnp.broadcast_to(w, y.shape).astype(y.dtype) for w, y in zip(weights, outputs, strict=True))
        )
        gradients, first = [], 0
        for group in self.wanted:
            total = found[first]
            for each in found[first + 1 : first + len(group)]:
                total = total + each
            gradients.append(total)
            first += len(group)
        return tuple(gradients)


@dataclasses.dataclass(frozen=True)
class BranchForm:
    """One of two programs, by a truth value.

    Attributes:
        branches: The program where it is true, and where it is false.
        split: How many of the arguments after the truth value are those of the first.
    """

    branches: tuple[Form, Form]
    split: int

    def __call__(self, condition: Any, *arguments: Any) -> tuple[Any, ...]:
        """The results of one of them."""
        first, second = arguments[: self.split], arguments[self.split :]
        one, other = [
            lambda branch=branch, given=given: tuple(map(jnp.asarray, branch(*given)))
            for branch, given in zip(self.branches, (first, second), strict=True)
        ]
        sizes = [[each.shape for each in jax.eval_shape(branch)] for branch in (one, other)]
        if sizes[0] != sizes[1]:
            where = next(each for each in zip(*sizes, strict=True) if each[0] != each[1])
            raise GraphShapeError(
                f"tf.cond: where it is true the branches give the shape {where[0]}, where it is false {where[1]}; what is compiled "
                "has one shape."
            )
        return jax.lax.cond(jnp.reshape(condition, ()).astype(bool), one, other)


def added(value: Any, zero: Any) -> Any:
    """A value, and a zero to which the gradient is taken."""
    return value + zero


def never() -> Any:
    """The truth value of a check that is not made."""
    return np.False_


def zero_like(value: Any) -> Any:
    """Zeros of the form of a value."""
    return jnp.zeros_like(value)


def attributes_of(given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Keywords as a part of a form."""
    return tuple((name, frozen(value)) for name, value in sorted(given.items()))
