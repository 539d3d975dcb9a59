"""The path `tf.contrib.learn.python.learn.datasets`, which programs take too."""

from fallline.graph.contrib.learn.python import learn as learn
