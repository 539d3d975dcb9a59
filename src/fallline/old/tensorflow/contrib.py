"""`tf.contrib` with the Keras that stood in it, and with what computed at once."""

from fallline.old.tensorflow.space import standing_before

__getattr__, __dir__ = standing_before(
    __name__,
    "fallline.graph.contrib",
    {"eager": "fallline.old.tensorflow.contrib_eager", "keras": "fallline.old.keras"},
)
