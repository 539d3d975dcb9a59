"""Penalties on the size of the parameters, added to the loss.

A factor is a leaf: changing it never recompiles, and a population may hold one factor a member.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import NOT_NEGATIVE, check_numbers, check_optional_numbers
from fallline._registry import Registry
from fallline._tree import assign, static, tree
from fallline._types import Number, Scalar, as_dtype_of, none_if_zero


class Regularizer(ABC):
    """A penalty on one parameter array. Subclasses are declared with `@tree`."""

    @abstractmethod
    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """The penalty, a scalar in the type of `x`."""


def _wrap(function: Callable[..., Any]) -> Regularizer:
    return function if isinstance(function, Regularizer) else Custom(function)


regularizers: Registry[Regularizer] = Registry("regularizer", "regularizers", wrap=_wrap)


def _l1_penalty(factor: Number, x: Float[Array, "*shape"]) -> Scalar:
    # Not abs, whose derivative JAX takes as 1 at 0: a weight at exactly 0 must not be moved.
    return as_dtype_of(factor, x) * jnp.sum(x * jnp.sign(x))


def _l2_penalty(factor: Number, x: Float[Array, "*shape"]) -> Scalar:
    return as_dtype_of(factor, x) * jnp.sum(jnp.square(x))


@regularizers.register("l1")
@tree
class L1(Regularizer):
    """The lasso penalty, l1 * sum |x|: drives single weights to exactly 0.

    Args:
        l1: The factor, >= 0.

    Raises:
        UsageError: the factor is negative or not finite.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso" (1996).
    """

    l1: Number = 0.01

    def __post_init__(self) -> None:
        check_numbers(self, l1=NOT_NEGATIVE)

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """l1 * sum |x|; its gradient at 0 is 0."""
        return _l1_penalty(self.l1, x)


@regularizers.register("l2")
@tree
class L2(Regularizer):
    """The ridge penalty, l2 * sum x^2 (without the factor 1/2 of some books).

    Args:
        l2: The factor, >= 0.

    Raises:
        UsageError: the factor is negative or not finite.

    Source: Hoerl and Kennard, "Ridge regression" (1970).
    """

    l2: Number = 0.01

    def __post_init__(self) -> None:
        check_numbers(self, l2=NOT_NEGATIVE)

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """l2 * sum x^2."""
        return _l2_penalty(self.l2, x)


@regularizers.register("l1_l2")
@tree
class L1L2(Regularizer):
    """The elastic net, l1 * sum |x| + l2 * sum x^2. A factor of 0 is kept as None: no operation.

    Args:
        l1: The factor of the absolute values, >= 0.
        l2: The factor of the squares, >= 0.

    Raises:
        UsageError: a factor is negative or not finite.

    Source: Zou and Hastie, "Regularization and variable selection via the elastic net" (2005).
    """

    l1: Number | None = 0.0
    l2: Number | None = 0.0

    def __post_init__(self) -> None:
        check_optional_numbers(self, l1=NOT_NEGATIVE, l2=NOT_NEGATIVE)
        assign(self, l1=none_if_zero(self.l1), l2=none_if_zero(self.l2))

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """l1 * sum |x| + l2 * sum x^2."""
        penalty = jnp.zeros((), x.dtype)
        if self.l1 is not None:
            penalty = penalty + _l1_penalty(self.l1, x)
        if self.l2 is not None:
            penalty = penalty + _l2_penalty(self.l2, x)
        return penalty


@tree
class Custom(Regularizer):
    """A function of the user's own, `function(x) -> scalar`. It cannot be saved."""

    function: Callable[[Any], Any] = static()

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """Applies the function."""
        return jnp.asarray(self.function(x)).astype(x.dtype)


l1 = L1
"""`L1` under Keras's lower-case name."""

l2 = L2
"""`L2` under Keras's lower-case name."""

l1_l2 = L1L2
"""`L1L2` under Keras's lower-case name."""


def get(identifier: Any) -> Regularizer | None:
    """Resolves a name, a regularizer, a configuration or a function; None stays None (no penalty).

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return None if identifier is None else regularizers.get(identifier)
