"""`tensorflow.python.lib.io`."""

from fallline.graph.python.lib.io import file_io as file_io
