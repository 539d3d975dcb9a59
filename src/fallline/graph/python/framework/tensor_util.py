"""`tensorflow.python.framework.tensor_util`: values that are known while the graph is built."""

from fallline.graph.core.building import constant_value

__all__ = ["constant_value"]
