"""`keras.engine.network` of before Keras 2.6: what is in `keras.engine`."""

from fallline.old.keras.engine import *  # noqa: F403
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__)
