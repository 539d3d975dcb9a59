"""`keras.datasets.imdb`."""

from fallline.datasets.imdb import get_word_index as get_word_index, load_data as load_data
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__)
