"""TensorFlow 1: the name space of `fallline.graph`, with Keras beside it.

Programs set attributes on `tf`: they stay here, and `fallline.graph` does not see them.
"""

import sys
from typing import Any

from fallline.old.tensorflow.space import standing_before
from fallline.old.tensorflow.told_activations import tell

__version__ = VERSION = "1.15.5"
"""The TensorFlow whose programs run: some ask."""

_find, __dir__ = standing_before(
    __name__,
    "fallline.graph",
    {
        "compat": "fallline.old.tensorflow.compat",
        "contrib": "fallline.old.tensorflow.contrib",
        "keras": "fallline.old.keras",
    },
)


def __getattr__(name: str) -> Any:
    found = _find(name)
    # `Dense(10, activation=tf.nn.softmax)`; a program of graphs alone loads no network.
    if name in ("nn", "sigmoid", "tanh") and "fallline.old.keras" in sys.modules:
        tell("fallline.graph.nn")
    return found
