"""`keras.layers.experimental`: what came to `keras.layers` since."""

from fallline.old.keras.layers import __all__ as __all__, names as _names

__getattr__ = _names.within(__name__, ("preprocessing",))
