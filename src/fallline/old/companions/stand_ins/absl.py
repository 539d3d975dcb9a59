"""`absl`: the flags and the log of TensorFlow's programs."""

from fallline.graph import app as app, flags as flags, logging as logging
