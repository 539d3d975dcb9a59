"""`tensorflow.python.framework`."""

from fallline.graph.core import dtypes
from fallline.graph.python.framework import ops, random_seed, tensor_shape, tensor_util

__all__ = ["dtypes", "ops", "random_seed", "tensor_shape", "tensor_util"]
