"""`tensorflow.python.layers`."""

from fallline.graph.python.layers import utils

__all__ = ["utils"]
