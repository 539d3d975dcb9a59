"""`tf.contrib` with the Keras that stood in it."""

from fallline.old.tensorflow.space import standing_before

__getattr__, __dir__ = standing_before(__name__, "fallline.graph.contrib", {"keras": "fallline.old.keras"})
