"""Number types of a network: in which type variables are kept and in which they are computed with."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from fallline.errors import UnknownNameError, UsageError


@dataclasses.dataclass(frozen=True)
class Precision:
    """A pair of number types, under Keras's names for dtype policies.

    Attributes:
        name: "float32", "mixed_bfloat16" or "float64".
        variable_dtype: The type in which parameters are kept and updated.
        compute_dtype: The type in which the forward and backward pass compute.
    """

    name: str
    variable_dtype: Any
    compute_dtype: Any


PRECISIONS = {
    "float32": Precision("float32", jnp.float32, jnp.float32),
    "mixed_bfloat16": Precision("mixed_bfloat16", jnp.float32, jnp.bfloat16),
    "float64": Precision("float64", jnp.float64, jnp.float64),
}


def get(name: str | Precision) -> Precision:
    """The precision of a name.

    Raises:
        UnknownNameError: no such precision.
        UsageError: float64 while JAX computes in 32 bits.
    """
    precision = PRECISIONS.get(name) if isinstance(name, str) else name
    if precision is None:
        raise UnknownNameError("dtype policy", name, PRECISIONS)
    if precision.name == "float64" and not jax.config.values["jax_enable_x64"]:
        raise UsageError(
            'dtype policy "float64": JAX computes in 32 bits here. '
            'Call jax.config.update("jax_enable_x64", True) first, or set JAX_ENABLE_X64=1.'
        )
    return precision
