"""`keras.layers.experimental`: what came to `keras.layers` since."""

from fallline.old.keras.layers import *  # noqa: F403
from fallline.old.keras.layers import names as _names

__getattr__ = _names.of(__name__, ("preprocessing",))
