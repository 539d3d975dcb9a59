"""`keras.layers.normalization` of before Keras 2.6: what is in `keras.layers`."""

from fallline.old.keras.layers import *  # noqa: F403
from fallline.old.keras.layers import names as _names

__getattr__ = _names.of(__name__)
