"""`tf.data`: datasets of arrays in memory, one element after the other."""

from fallline.old.tensorflow.second.data.dataset import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, Dataset
from fallline.old.tensorflow.second.data.options import AUTOTUNE, Options, experimental

__all__ = ["AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "Options", "experimental"]
