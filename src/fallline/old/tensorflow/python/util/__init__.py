"""`tensorflow.python.util`."""
