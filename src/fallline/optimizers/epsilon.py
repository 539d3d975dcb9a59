"""Where an adaptive rule adds its epsilon: inside the root of the average square, or beside the root.

Libraries and books differ, and results with a large epsilon differ with them: sqrt(v + 1e-7) is at least 3e-4,
sqrt(v) + 1e-7 is not. So the place is a choice of its own, `epsilon_place`.

| place       | divisor                            | who has it                                                   |
| ----------- | ---------------------------------- | ------------------------------------------------------------ |
| "inside"    | sqrt(v + epsilon)                  | RMSprop and Adagrad of Keras and Optax, Goodfellow's RMSprop |
| "outside"   | sqrt(v) + epsilon                  | PyTorch's RMSprop and Adagrad, Goodfellow's AdaGrad;         |
|             |                                    | Keras's Adam, with v before its bias correction              |
| "corrected" | sqrt(v / (1 - beta_2^t)) + epsilon | PyTorch's Adam, Kingma and Ba's algorithm 1, Goodfellow      |

Goodfellow is Goodfellow, Bengio, Courville: Deep learning, 2016, chapter 8.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._types import Scalar


def root(square: Float[Array, "..."], epsilon: Scalar, inside: bool) -> Float[Array, "..."]:
    """The root of an average square with epsilon inside or beside it."""
    return jnp.sqrt(square + epsilon) if inside else jnp.sqrt(square) + epsilon
