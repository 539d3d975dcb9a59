"""Penalties on the size of the parameters, added to the loss.

A factor is a leaf: changing it never recompiles, and a population may hold one factor a member.

The gradient of an absolute value does not make a weight exactly 0: steps of the learning rate's size go back and
forth across it. A penalty with `proximal=True` leaves the gradient alone and acts after each update instead, by
its proximal step, which sets small weights to 0 and keeps them there (Parikh and Boyd, "Proximal algorithms",
2014, sec. 4.2).

A regularizer of your own is a function `f(x) -> scalar`, or a class derived from `Regularizer` with `__call__`:

    fl.layers.Dense(10, kernel_regularizer=lambda x: 0.01 * jnp.sum(jnp.square(x - 1)))
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._ranges import NOT_NEGATIVE, choice, flag, number
from fallline._tree import static, tree
from fallline._types import Number, Scalar, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.own.classes import place_of
from fallline.own.functions import called, owner_of, require_arguments
from fallline.registry.described import Described
from fallline.registry.table import Registry


class Regularizer(Described):
    """A penalty on one parameter array. Subclasses are declared with `@fl.tree`, or written as in Keras.

    Attributes:
        proximal: Whether (part of) the penalty acts by `proximal_step` after each update, and not by its gradient.

    Source: Keras 3 for names and arguments.
    """

    proximal: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        kind = type(self)
        # The step of the class that it derives from would act, whatever `__call__` says.
        if self.proximal and place_of(kind, "__call__") < place_of(kind, "proximal_step"):
            raise UsageError(
                f"{kind.__name__}: with proximal=True the penalty acts by proximal_step, not by the __call__ that the class "
                "defines. Define proximal_step(self, x, rate) too, or leave proximal=True out."
            )

    @abstractmethod
    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """The penalty, a scalar in the type of `x`. A part that acts by its proximal step has no gradient."""

    def proximal_step(self, x: Float[Array, "*shape"], rate: Number) -> Float[Array, "*shape"]:
        """The parameter after an update, moved to argmin_z rate * penalty(z) + ||z - x||^2 / 2.

        Args:
            x: The parameter after the optimizer's update.
            rate: The length of that update along the gradient: a number, or one for each weight, in which case
                ||z - x||^2 / (2 rate) is summed weight by weight.
        """
        return x


regularizers: Registry[Regularizer] = Registry("regularizer", "regularizers")


def _absolute_sum(x: Float[Array, "*shape"]) -> Scalar:
    # Not abs, whose derivative JAX takes as 1 at 0: a weight at exactly 0 must not be moved.
    return jnp.sum(x * jnp.sign(x))


def _l1_penalty(factor: Number, x: Float[Array, "*shape"], proximal: bool) -> Scalar:
    penalty = as_dtype_of(factor, x) * _absolute_sum(x)
    return lax.stop_gradient(penalty) if proximal else penalty


def _l2_penalty(factor: Number, x: Float[Array, "*shape"]) -> Scalar:
    return as_dtype_of(factor, x) * jnp.sum(jnp.square(x))


def _soft_threshold(x: Float[Array, "*shape"], rate: Number, factor: Number) -> Float[Array, "*shape"]:
    threshold = as_dtype_of(rate, x) * as_dtype_of(factor, x)
    return jnp.sign(x) * jnp.maximum(jnp.abs(x) - threshold, jnp.zeros((), x.dtype))


@regularizers.register("l1")
@tree
class L1(Regularizer):
    """The lasso penalty: pulls each weight towards 0 by the same amount, whatever its size.

    l1 * sum |x|; as a proximal step x <- sign(x) max(|x| - rate * l1, 0).

    Args:
        l1: The factor, >= 0 (Keras 2's `l`).
        proximal: Acts by the proximal step after each update, which yields weights of exactly 0; the value still
            counts in the loss. For optimizers that know the lengths of their steps: SGD, Adam, AdamW, Adamax, Nadam,
            Adagrad, RMSprop; the others refuse it.

    Raises:
        UsageError: the factor is negative or not finite.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso" (1996); Daubechies, Defrise and De Mol,
    "An iterative thresholding algorithm for linear inverse problems" (2004) for the step.

    Differs from Keras: its gradient at 0 is 0, so a weight of 0 stays where the data do not move it; Keras on
    JAX takes l1. `proximal` is new: by its gradient alone the lasso reaches no exact zeros.
    """

    renamed: ClassVar[Mapping[str, str]] = {"l": "l1"}

    l1: Number = number(0.01, NOT_NEGATIVE)
    proximal: bool = flag(False)

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """l1 * sum |x|; its gradient at 0 is 0, and 0 everywhere where the penalty is proximal."""
        return _l1_penalty(self.l1, x, self.proximal)

    def proximal_step(self, x: Float[Array, "*shape"], rate: Number) -> Float[Array, "*shape"]:
        """sign(x) max(|x| - rate * l1, 0) where the penalty is proximal, else x."""
        return _soft_threshold(x, rate, self.l1) if self.proximal else x


@regularizers.register("l2")
@tree
class L2(Regularizer):
    """The ridge penalty: pulls each weight towards 0 in proportion to its size.

    l2 * sum x^2 (without the factor 1/2 of some books).

    Args:
        l2: The factor, >= 0 (Keras 2's `l`).

    Raises:
        UsageError: the factor is negative or not finite.

    Source: Hoerl and Kennard, "Ridge regression" (1970).
    """

    renamed: ClassVar[Mapping[str, str]] = {"l": "l2"}

    l2: Number = number(0.01, NOT_NEGATIVE)

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """l2 * sum x^2."""
        return _l2_penalty(self.l2, x)


@regularizers.register("l1_l2")
@tree
class L1L2(Regularizer):
    """The elastic net: the lasso and the ridge penalty together.

    l1 * sum |x| + l2 * sum x^2. A factor of 0 is kept as None: no operation.

    Args:
        l1: The factor of the absolute values, >= 0.
        l2: The factor of the squares, >= 0.
        proximal: The absolute values act by their proximal step after each update, which yields weights of exactly
            0; the squares act by their gradient.

    Raises:
        UsageError: a factor is negative or not finite.

    Source: Zou and Hastie, "Regularization and variable selection via the elastic net" (2005).

    Differs from Keras: as `L1`.
    """

    l1: Number | None = number(0.0, NOT_NEGATIVE, zero_is_none=True)
    l2: Number | None = number(0.0, NOT_NEGATIVE, zero_is_none=True)
    proximal: bool = flag(False)

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """l1 * sum |x| + l2 * sum x^2; the first part has no gradient where it is proximal."""
        penalty = jnp.zeros((), x.dtype)
        if self.l1 is not None:
            penalty = penalty + _l1_penalty(self.l1, x, self.proximal)
        if self.l2 is not None:
            penalty = penalty + _l2_penalty(self.l2, x)
        return penalty

    def proximal_step(self, x: Float[Array, "*shape"], rate: Number) -> Float[Array, "*shape"]:
        """sign(x) max(|x| - rate * l1, 0) where the penalty is proximal, else x."""
        return _soft_threshold(x, rate, self.l1) if self.proximal and self.l1 is not None else x


def _group_norms(x: Float[Array, "groups *rest"]) -> Float[Array, "groups *ones"]:
    squares = jnp.sum(jnp.square(x), axis=tuple(range(1, x.ndim)), keepdims=True)
    # The root has no gradient at 0: a group of zeros takes another path, whose gradient is 0.
    empty = squares == 0
    return jnp.where(
        empty, jnp.zeros_like(squares), jnp.sqrt(jnp.where(empty, jnp.ones_like(squares), squares))
    )


@regularizers.register("group_l1", "group_lasso")
@tree
class GroupL1(Regularizer):
    """The group lasso over rows: drops whole input features, all weights of a feature at once.

    factor * sum_i ||x_i||, x_i the weights that leave feature i (row i of a kernel); as a proximal step
    x_i <- x_i max(1 - rate * factor / ||x_i||, 0). On a vector it is `L1`.

    Args:
        factor: The factor, >= 0. All groups are of one size, so the root of the size that the papers multiply with
            is part of it.
        proximal: Acts by the proximal step after each update, which yields rows of exactly 0; the value still
            counts in the loss. For SGD, whose steps have one length for all weights.

    Raises:
        UsageError: the factor is negative or not finite.
        ShapeError: (when applied) the parameter is a scalar.

    Source: Yuan and Lin, "Model selection and estimation in regression with grouped variables" (2006);
    Scardapane et al., "Group sparse regularization for deep neural networks" (2017).
    """

    factor: Number = number(0.01, NOT_NEGATIVE)
    proximal: bool = flag(False)

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """The factor times the sum of the rows' norms; its gradient at a row of zeros is 0."""
        if x.ndim == 0:
            raise ShapeError("GroupL1: a scalar has no rows; use L1.")
        penalty = as_dtype_of(self.factor, x) * jnp.sum(_group_norms(x))
        return lax.stop_gradient(penalty) if self.proximal else penalty

    def proximal_step(self, x: Float[Array, "*shape"], rate: Number) -> Float[Array, "*shape"]:
        """x_i max(1 - rate * factor / ||x_i||, 0) where the penalty is proximal, else x."""
        if not self.proximal:
            return x
        if jnp.ndim(rate):
            raise UsageError(
                "GroupL1: the proximal step of a row needs one step length for all its weights, which adaptive optimizers "
                "do not have. Take SGD (with momentum, if you like), or L1."
            )
        norms = _group_norms(x)
        threshold = as_dtype_of(rate, x) * as_dtype_of(self.factor, x)
        # Written so that a row of NaN stays one and is not taken for small.
        dropped = norms <= threshold
        kept = 1 - threshold / jnp.where(dropped, jnp.ones_like(norms), norms)
        return jnp.where(dropped, jnp.zeros_like(x), x * kept)


@regularizers.register("orthogonal_regularizer", "orthogonal")
@tree
class OrthogonalRegularizer(Regularizer):
    """A penalty on rows (or columns) that are not orthogonal to each other, whatever their lengths.

    factor * mean over pairs i < j of |cos(x_i, x_j)|.

    Shapes: x (rows, columns).

    Args:
        factor: The factor, >= 0.
        mode: `rows` or `columns`. The columns of a dense kernel (features, units) are its units.

    Raises:
        UsageError: the factor is negative or not finite, or the mode is unknown.
        ShapeError: (when applied) the parameter is not a matrix.

    Source: Keras 3; Brock et al., "Neural photo editing with introspective adversarial networks" (2017) for the
    idea.

    Differs from Keras: a matrix of one row costs 0, where Keras divides by the 0 pairs; and a row of zeros has
    gradient 0, where Keras's is NaN.
    """

    factor: Number = number(0.01, NOT_NEGATIVE)
    mode: Literal["rows", "columns"] = choice("rows", "rows", "columns")

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """The factor times the mean size of the cosines."""
        if x.ndim != 2:
            raise ShapeError(
                f"OrthogonalRegularizer: only the rows of a matrix have angles; the parameter is {x.shape}."
            )
        vectors = x if self.mode == "rows" else x.T
        norms = _group_norms(vectors)
        units = vectors / jnp.where(norms == 0, jnp.ones_like(norms), norms)
        cosines = jnp.where(jnp.eye(len(units), dtype=bool), jnp.zeros((), x.dtype), units @ units.T)
        pairs = len(units) * (len(units) - 1) // 2
        return as_dtype_of(self.factor, x) * _absolute_sum(cosines) / (2 * max(pairs, 1))


@regularizers.holds_functions
@tree
class Custom(Regularizer):
    """A function or object of the user's own, `function(x) -> scalar`. Files hold its name."""

    function: Callable[[Any], Any] = static()

    def __post_init__(self) -> None:
        require_arguments(owner_of("regularizer", self.function), self.function, "x")

    def __call__(self, x: Float[Array, "*shape"]) -> Scalar:
        """Applies the function.

        Raises:
            ShapeError: the function returns more than one number.
            UsageError: it fails, or returns no number.
        """
        owner = owner_of("regularizer", self.function)
        penalty = called(owner, self.function, x)
        if penalty.shape != ():
            raise ShapeError(
                f"{owner} returned shape {penalty.shape}; return one number, such as a sum over the parameter."
            )
        return penalty.astype(x.dtype)


# Keras's other names for the same classes.
l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer


def get(identifier: Any) -> Regularizer | None:
    """Resolves a name, a regularizer, a configuration or a function; None stays None (no penalty).

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return None if identifier is None else regularizers.get(identifier)


serialize, deserialize = regularizers.serializers(Regularizer, get)  # type: ignore[type-abstract]
