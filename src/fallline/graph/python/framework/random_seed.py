"""`tensorflow.python.framework.random_seed`: the seed of a graph."""

from fallline.graph.ops.random import set_random_seed

__all__ = ["set_random_seed"]
