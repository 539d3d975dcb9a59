"""TensorFlow 1: the name space of `fallline.graph`, with Keras beside it.

Programs set attributes on `tf`: they stay here, and `fallline.graph` does not see them.
"""

from fallline.old.tensorflow.space import standing_before

__version__ = VERSION = "1.15.5"
"""The TensorFlow whose programs run: some ask."""

__getattr__, __dir__ = standing_before(
    __name__,
    "fallline.graph",
    {
        "compat": "fallline.old.tensorflow.compat",
        "contrib": "fallline.old.tensorflow.contrib",
        "keras": "fallline.old.keras",
    },
)
