"""`tensorflow.python.platform`: flags, the program's start, local files, messages."""

from fallline.graph import app, flags, gfile, logging as tf_logging

__all__ = ["app", "flags", "gfile", "tf_logging"]
