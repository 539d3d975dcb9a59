"""A step's problem as a function of one vector, which is what the equations of second order are written in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from fallline._tree import PyTree
from fallline._types import Params, Scalar
from fallline.errors import UsageError
from fallline.optimizers.optimizer import Problem
from fallline.own.shown import fields_shown

Vector: TypeAlias = Float[Array, "parameters"]


@dataclasses.dataclass(frozen=True)
class FlatProblem:
    """A `Problem` over the vector of all parameters.

    Vectors are float32, or float64 where the parameters are: bfloat16 has too few digits for differences of
    losses, and no factorisation is defined for it. The problem itself still sees its own type.

    Attributes:
        point: The parameters of the step.
        loss: vector -> (loss, (the loss in its own type, what else it leaves)).
        outputs: vector -> outputs, or None as in `Problem`.
        loss_of_outputs: (outputs, vector) -> loss, or None as in `Problem`.
        restore: vector -> parameters in their own shapes and type.
    """

    __repr__ = fields_shown

    point: Vector
    loss: Callable[[Vector], tuple[Scalar, tuple[Scalar, Any]]]
    outputs: Callable[[Vector], PyTree] | None
    loss_of_outputs: Callable[[PyTree, Vector], Scalar] | None
    restore: Callable[[Vector], Params]

    def value(self, point: Vector) -> Scalar:
        """The loss alone."""
        return self.loss(point)[0]


def flatten(problem: Problem, params: Params) -> FlatProblem:
    """The problem of a step around its parameters.

    Raises:
        UsageError: the parameters have several types, or none that is floating.
    """
    dtype, precision = parameter_type(params), vector_type(params)
    vector, unravel = ravel_pytree(params)

    def restore(point: Vector) -> Params:
        return unravel(point.astype(dtype))

    def loss(point: Vector) -> tuple[Scalar, tuple[Scalar, Any]]:
        value, left = problem.loss(restore(point))
        return value.astype(precision), (value, left)

    outputs, of_outputs = problem.outputs, problem.loss_of_outputs
    if outputs is None or of_outputs is None:
        return FlatProblem(vector.astype(precision), loss, None, None, restore)
    return FlatProblem(
        vector.astype(precision),
        loss,
        lambda point: outputs(restore(point)),
        lambda given, point: of_outputs(given, restore(point)).astype(precision),
        restore,
    )


def parameter_count(params: Params) -> int:
    """How many numbers the parameters hold."""
    return sum(leaf.size for leaf in jax.tree.leaves(params))


def parameter_type(params: Params) -> jnp.dtype:
    """The one type of all parameters.

    Raises:
        UsageError: they have several, or none that is floating.
    """
    types = {leaf.dtype for leaf in jax.tree.leaves(params)} or {jnp.dtype(jnp.result_type(float))}
    if len(types) > 1 or not all(jnp.issubdtype(dtype, jnp.floating) for dtype in types):
        names = " and ".join(sorted(str(dtype) for dtype in types))
        raise UsageError(
            f"optimizer: the parameters must have one floating type, got {names}. Cast them to one."
        )
    return types.pop()


def vector_type(params: Params) -> jnp.dtype:
    """The type of the vectors: that of the parameters, at least float32."""
    dtype = parameter_type(params)
    return dtype if dtype.itemsize > 4 else jnp.dtype(jnp.float32)
