"""`keras.datasets.reuters`."""

from fallline.datasets import reuters as _reuters
from fallline.datasets.reuters import get_label_names as get_label_names, get_word_index as get_word_index
from fallline.old.keras.datasets.words import with_old_names as _with_old_names
from fallline.old.spaces import names_of as _names_of

load_data = _with_old_names(_reuters.load_data, _reuters.FILE)

__getattr__ = _names_of(__name__)
