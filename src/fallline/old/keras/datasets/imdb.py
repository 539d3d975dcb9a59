"""`keras.datasets.imdb`."""

from fallline.datasets import imdb as _imdb
from fallline.datasets.imdb import get_word_index as get_word_index
from fallline.old.keras.datasets.words import with_old_names as _with_old_names
from fallline.old.spaces import names_of as _names_of

load_data = _with_old_names(_imdb.load_data, _imdb.FILE)

__getattr__ = _names_of(__name__)
