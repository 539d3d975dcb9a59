"""`keras.datasets.fashion_mnist`."""

from fallline.datasets.fashion_mnist import load_data as load_data
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__)
