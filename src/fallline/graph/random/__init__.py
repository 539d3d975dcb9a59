"""What TensorFlow has under `tf.random`, and the very numbers that its random operations draw on a processor.

    state = start(op_seed(graph_seed, seed, number))       # uint32 (6,), one for each operation of a session
    values, state = truncated_normal(state, (784, 256))    # what the first run draws; the next run goes on from `state`

philox         the generator
seeds          the first state of an operation
distributions  uniform and normal numbers
choices        permutations and classes

The functions of these modules trace: the state is an argument, so a program does not depend on the seed. 64-bit integers
are used inside whatever JAX's setting says; `float64` and `int64` values come in 64 bits, too.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fallline.graph.ops.random import (
        multinomial as multinomial,
        random_normal as normal,
        random_shuffle as shuffle,
        random_uniform as uniform,
        set_random_seed as set_random_seed,
        truncated_normal as truncated_normal,
    )

_OPERATIONS = {
    "multinomial": "multinomial",
    "normal": "random_normal",
    "set_random_seed": "set_random_seed",
    "shuffle": "random_shuffle",
    "truncated_normal": "truncated_normal",
    "uniform": "random_uniform",
}
__all__ = ["multinomial", "normal", "set_random_seed", "shuffle", "truncated_normal", "uniform"]


def __getattr__(name: str) -> Any:
    # The operations are made of this package's modules, so they are found when they are asked for.
    if name not in _OPERATIONS:
        raise AttributeError(f"tf.random.{name} is not offered; there are {', '.join(__all__)}.")
    from fallline.graph.ops import random

    return getattr(random, _OPERATIONS[name])
