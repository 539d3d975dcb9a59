"""`tf.contrib.tensorboard.plugins`."""

from fallline.graph.contrib.tensorboard.plugins import projector as projector
