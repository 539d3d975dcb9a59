"""`keras.datasets.reuters`."""

from fallline.datasets.reuters import (
    get_label_names as get_label_names,
    get_word_index as get_word_index,
    load_data as load_data,
)
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__)
