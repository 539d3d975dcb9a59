"""`keras.backend`."""

from fallline.backend import (
    clear_session as clear_session,
    epsilon as epsilon,
    floatx as floatx,
    image_data_format as image_data_format,
    set_floatx as set_floatx,
)
from fallline.old.spaces import names_of as _names_of
from fallline.ops import *  # noqa: F403


def backend() -> str:
    """What computed in most years: "tensorflow", which programs ask for."""
    return "tensorflow"


__getattr__ = _names_of(__name__)
