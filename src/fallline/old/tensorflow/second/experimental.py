"""`tf.experimental`: NumPy's functions of tensors are in `tf.experimental.numpy`."""

import jax.numpy as numpy

__all__ = ["numpy"]
