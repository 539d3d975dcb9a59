"""`keras.config` of Keras 3."""

from fallline.config import *  # noqa: F403
from fallline.old.keras.backend import (
    backend as backend,
    epsilon as epsilon,
    floatx as floatx,
    image_data_format as image_data_format,
    set_floatx as set_floatx,
)
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__)
