"""What TensorFlow has under `tf.nn`, as far as feedforward networks need it."""

from fallline.graph.ops import activations, cross_entropy, logistic, normalization, tables
from fallline.graph.ops.activations import *  # noqa: F403
from fallline.graph.ops.cross_entropy import *  # noqa: F403
from fallline.graph.ops.dropout import dropout
from fallline.graph.ops.logistic import *  # noqa: F403
from fallline.graph.ops.normalization import *  # noqa: F403
from fallline.graph.ops.reductions import top_k
from fallline.graph.ops.tables import *  # noqa: F403

__all__ = ["dropout", "top_k"]
__all__ += activations.__all__
__all__ += cross_entropy.__all__
__all__ += logistic.__all__
__all__ += normalization.__all__
__all__ += tables.__all__
