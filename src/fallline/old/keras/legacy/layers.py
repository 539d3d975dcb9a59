"""`keras.legacy.layers`: layers that left with Keras 2."""

from fallline.old.keras.layers import *  # noqa: F403
from fallline.old.keras.layers import names as _names

__getattr__ = _names.of(__name__)
