"""`tensorflow.python.lib`."""

from fallline.graph.python.lib import io as io
