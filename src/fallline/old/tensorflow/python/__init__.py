"""`tensorflow.python`: the way into TensorFlow's inner modules, those of `fallline.graph.python` and these."""

from fallline.old.tensorflow.space import standing_before

__getattr__, __dir__ = standing_before(__name__, "fallline.graph.python", {"keras": "fallline.old.keras"})
