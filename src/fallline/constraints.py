"""Constraints: projections of a parameter onto the set it must stay in, applied after each update.

The numbers are leaves: changing a limit never recompiles, and a population may hold one limit a member.

A constraint of your own is a function `f(w) -> w`, or a class derived from `Constraint` with `__call__`:

    fl.layers.Dense(10, kernel_constraint=lambda w: w - w.mean(axis=0, keepdims=True))
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import FRACTION, NOT_NEGATIVE, axes, checked, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.own.functions import called, owner_of, require_arguments
from fallline.registry.described import Described
from fallline.registry.table import Registry

Axis = int | tuple[int, ...]

# Keras's margin, which keeps a zero vector from becoming NaN.
_EPSILON = 1e-7


class Constraint(Described):
    """A projection of one parameter array. Subclasses are declared with `@fl.tree`, or written as in Keras.

    Source: Keras 3 for names and arguments.
    """

    @abstractmethod
    def __call__(self, w: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """The nearest allowed array (or a step towards it), of the shape and type of `w`."""


constraints: Registry[Constraint] = Registry("constraint", "constraints")


def _norms(w: Float[Array, "*shape"], axis: Axis, owner: Constraint) -> Float[Array, "*shape"]:
    axes = axis if isinstance(axis, tuple) else (axis,)
    if any(not -w.ndim <= one < w.ndim for one in axes):
        raise ShapeError(
            f"{type(owner).__name__}: axis {axis} is none of a parameter of shape {w.shape}. "
            "A kernel is (features, units): axis 0 takes the norm of each unit's incoming weights."
        )
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axis, keepdims=True))


def _with_norms(w: Array, norms: Array, wanted: Array) -> Float[Array, "*shape"]:
    return w * (wanted / (as_dtype_of(_EPSILON, w) + norms))


@constraints.register("non_neg")
@tree
class NonNeg(Constraint):
    """Weights of at least 0.

    w <- max(w, 0).

    Source: Keras 3 for names and numerics.
    """

    def __call__(self, w: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """max(w, 0)."""
        return jnp.maximum(w, jnp.zeros((), w.dtype))


@constraints.register("unit_norm")
@tree
class UnitNorm(Constraint):
    """Weights of norm 1, unit by unit.

    w <- w / (1e-7 + ||w||), the norm over `axis`; zero weights stay zero.

    Args:
        axis: The axis, or axes, that a norm is taken over; 0 for the incoming weights of a dense unit.

    Raises:
        UsageError: the axis is no whole number.
        ShapeError: (when applied) the parameter has no such axis.

    Source: Salimans and Kingma, "Weight normalization" (2016); Keras 3 for names and numerics.
    """

    axis: Axis = checked(axes, 0, is_static=True)

    def __call__(self, w: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """The weights over their norms."""
        norms = _norms(w, self.axis, self)
        return w / (as_dtype_of(_EPSILON, w) + norms)


@constraints.register("max_norm")
@tree
class MaxNorm(Constraint):
    """Weights of a norm of at most `max_value`, unit by unit.

    w <- w min(||w||, max_value) / (1e-7 + ||w||), the norm over `axis`.

    Args:
        max_value: The largest norm, >= 0 (Keras 1's `m`).
        axis: The axis, or axes, that a norm is taken over; 0 for the incoming weights of a dense unit.

    Raises:
        UsageError: the limit is negative or not finite, or the axis no whole number.
        ShapeError: (when applied) the parameter has no such axis.

    Source: Srebro and Shraibman, "Rank, trace-norm and max-norm" (2005); Srivastava et al., "Dropout" (2014),
    sec. 5.1; Keras 3 for names and numerics.
    """

    renamed: ClassVar[Mapping[str, str]] = {"m": "max_value"}

    max_value: Number = number(2.0, NOT_NEGATIVE)
    axis: Axis = checked(axes, 0, is_static=True)

    def __call__(self, w: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """The weights, shortened where they are longer than the limit."""
        norms = _norms(w, self.axis, self)
        return _with_norms(w, norms, jnp.minimum(norms, as_dtype_of(self.max_value, w)))


@constraints.register("min_max_norm")
@tree
class MinMaxNorm(Constraint):
    """Weights of a norm between two limits, unit by unit, reached at once or little by little.

    w <- w (rate clip(||w||, min_value, max_value) + (1 - rate) ||w||) / (1e-7 + ||w||), the norm over `axis`;
    zero weights stay zero.

    Args:
        min_value: The smallest norm, >= 0.
        max_value: The largest norm, not below the smallest.
        rate: How far a norm outside the limits moves to them in one update, 0 to 1.
        axis: The axis, or axes, that a norm is taken over; 0 for the incoming weights of a dense unit.

    Raises:
        UsageError: a number is out of its range, the limits are the wrong way round, or the axis is no whole
            number.
        ShapeError: (when applied) the parameter has no such axis.

    Source: Keras 3 for names and numerics.
    """

    min_value: Number = number(0.0, NOT_NEGATIVE)
    max_value: Number = number(1.0, NOT_NEGATIVE)
    rate: Number = number(1.0, FRACTION)
    axis: Axis = checked(axes, 0, is_static=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.min_value, self.max_value
        if isinstance(low, float) and isinstance(high, float) and low > high:
            raise UsageError(f"MinMaxNorm: min_value {low:g} is above max_value {high:g}.")

    def __call__(self, w: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """The weights with norms moved into the limits, or towards them."""
        norms = _norms(w, self.axis, self)
        low, high, rate = (as_dtype_of(number, w) for number in (self.min_value, self.max_value, self.rate))
        return _with_norms(w, norms, rate * jnp.clip(norms, low, high) + (1 - rate) * norms)


@constraints.holds_functions
@tree
class Custom(Constraint):
    """A function or object of the user's own, `function(w) -> w`. Files hold its name."""

    function: Callable[[Any], Any] = static()

    def __post_init__(self) -> None:
        require_arguments(owner_of("constraint", self.function), self.function, "w")

    def __call__(self, w: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Applies the function.

        Raises:
            ShapeError: the function returns an array of another shape.
            UsageError: it fails, or returns no numbers.
        """
        owner = owner_of("constraint", self.function)
        projected = called(owner, self.function, w)
        if projected.shape != w.shape:
            raise ShapeError(f"{owner} got a parameter of shape {w.shape}, returned {projected.shape}.")
        return projected.astype(w.dtype)


# Keras's other names for the same classes.
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
max_norm = maxnorm = MaxNorm
min_max_norm = MinMaxNorm


def get(identifier: Any) -> Constraint | None:
    """Resolves a name, a constraint, a configuration or a function `f(w)`; None stays None (no constraint).

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return None if identifier is None else constraints.get(identifier)


serialize, deserialize = constraints.serializers(Constraint, get)  # type: ignore[type-abstract]
