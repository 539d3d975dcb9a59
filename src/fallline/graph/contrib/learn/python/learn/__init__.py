"""The path `tf.contrib.learn.python.learn.datasets`."""

from fallline.graph.contrib.learn.python.learn import datasets as datasets
