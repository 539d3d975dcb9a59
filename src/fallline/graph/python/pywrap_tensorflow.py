"""`tensorflow.python.pywrap_tensorflow`, as far as programs read checkpoints by it."""

from fallline.graph.train.checkpoints import NewCheckpointReader

__all__ = ["NewCheckpointReader"]
