"""The very numbers that TensorFlow's random operations draw on a processor, as pure functions of a generator's state.

    state = start(op_seed(graph_seed, seed, number))       # uint32 (6,), one for each operation of a session
    values, state = truncated_normal(state, (784, 256))    # what the first run draws; the next run goes on from `state`

The functions trace: the state is an argument, so a program does not depend on the seed. 64-bit integers are used
inside whatever JAX's setting says; `float64` and `int64` values come in 64 bits, too.
"""

from fallline.graph.random.choices import multinomial, shuffled
from fallline.graph.random.distributions import integers, normal, truncated_normal, uniform
from fallline.graph.random.seeds import op_seed, start

__all__ = [
    "integers",
    "multinomial",
    "normal",
    "op_seed",
    "shuffled",
    "start",
    "truncated_normal",
    "uniform",
]
