"""`tf.contrib.tensorboard`."""

from fallline.graph.contrib.tensorboard import plugins as plugins
