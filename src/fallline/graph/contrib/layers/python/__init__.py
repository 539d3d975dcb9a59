"""The path `tf.contrib.layers.python.layers`, which programs take too."""

from fallline.graph.contrib.layers.python import layers as layers
