"""`keras.layers.merge`: a module of Keras 2, which can be called as the function of Keras 1."""

from fallline.old.keras.layers import *  # noqa: F403
from fallline.old.keras.layers import names as _names

__getattr__ = _names.of(__name__)
