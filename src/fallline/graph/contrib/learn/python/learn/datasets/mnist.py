"""The path `tf.contrib.learn.python.learn.datasets.mnist`."""

from fallline.graph.contrib.learn.datasets.mnist import *  # noqa: F403
