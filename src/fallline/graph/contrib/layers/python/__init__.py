"""`tensorflow.contrib.layers.python`."""

from fallline.graph.contrib.layers.python import layers

__all__ = ["layers"]
