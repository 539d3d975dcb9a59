"""`keras.layers.recurrent` of before Keras 2.6: what is in `keras.layers`."""

from fallline.old.keras.layers import __all__ as __all__, names as _names

__getattr__ = _names.within(__name__)
