"""`tensorflow.contrib.layers.python.layers`: the names of `tf.contrib.layers`."""

from fallline.graph.contrib.layers.connected import *  # noqa: F403
from fallline.graph.contrib.layers.normalization import *  # noqa: F403
from fallline.graph.contrib.layers.regularizers import *  # noqa: F403
