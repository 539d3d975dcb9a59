"""`tf.data`: datasets of arrays in memory, one element after the other."""

from fallline.old.tensorflow.second.data.dataset import AUTOTUNE, Dataset, Options, experimental

__all__ = ["AUTOTUNE", "Dataset", "Options", "experimental"]
