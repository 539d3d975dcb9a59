"""`keras.optimizers.schedules`."""

from fallline.old.spaces import names_of as _names_of
from fallline.optimizers.schedules import *  # noqa: F403

__getattr__ = _names_of(__name__)
