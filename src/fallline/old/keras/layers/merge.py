"""`keras.layers.merge`: a module of Keras 2, which can be called as the function of Keras 1."""

from fallline.old.keras.layers import __all__ as __all__, names as _names

__getattr__ = _names.within(__name__)
