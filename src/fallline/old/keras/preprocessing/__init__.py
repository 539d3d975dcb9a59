"""`keras.preprocessing`: words as numbers, sequences of one length, images as arrays."""

from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__, modules=("image", "sequence", "text"))
