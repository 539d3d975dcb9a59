"""`tf.contrib.learn.datasets`: MNIST from the files of a folder."""

from fallline.graph.contrib.learn.datasets import mnist as mnist
from fallline.graph.examples.tutorials.mnist.input_data import load_dataset

__all__ = ["load_dataset", "mnist"]
