"""What TensorFlow has under `tf.nn`, as far as feedforward networks need it."""

from fallline.graph.ops import activations, cross_entropy, normalization
from fallline.graph.ops.activations import *  # noqa: F403
from fallline.graph.ops.cross_entropy import *  # noqa: F403
from fallline.graph.ops.normalization import *  # noqa: F403
from fallline.graph.ops.reductions import top_k

__all__ = ["top_k"]
__all__ += activations.__all__
__all__ += cross_entropy.__all__
__all__ += normalization.__all__
