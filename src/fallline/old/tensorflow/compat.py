"""`tf.compat`: both TensorFlows under each other's roof, texts and bytes."""

from fallline.old.tensorflow.space import standing_before

__getattr__, __dir__ = standing_before(
    __name__,
    "fallline.graph.compat",
    {"v1": "fallline.old.tensorflow.first", "v2": "fallline.old.tensorflow.second"},
)
