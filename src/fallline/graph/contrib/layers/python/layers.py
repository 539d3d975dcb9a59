"""The path `tf.contrib.layers.python.layers`."""

from fallline.graph.contrib.layers import *  # noqa: F403
