"""`tensorflow.python.framework`."""

from fallline.graph.python.framework import ops

__all__ = ["ops"]
