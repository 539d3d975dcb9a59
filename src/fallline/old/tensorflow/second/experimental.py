"""`tf.experimental`: NumPy's functions of tensors are in `tf.experimental.numpy`."""

import jax.numpy as numpy  # noqa: ICN001 - TensorFlow's name

__all__ = ["numpy"]
