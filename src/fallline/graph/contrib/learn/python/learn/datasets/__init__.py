"""The path `tf.contrib.learn.python.learn.datasets`."""

from fallline.graph.contrib.learn.datasets import load_dataset as load_dataset
from fallline.graph.contrib.learn.python.learn.datasets import mnist as mnist
