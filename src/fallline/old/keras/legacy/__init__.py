"""`keras.legacy`: what stood there between Keras 1 and 2."""

from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__, modules=("layers",))
