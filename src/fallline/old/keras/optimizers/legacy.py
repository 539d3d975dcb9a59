"""`keras.optimizers.legacy`: what is in `keras.optimizers`."""

from fallline.old.keras.optimizers import *  # noqa: F403
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__)
