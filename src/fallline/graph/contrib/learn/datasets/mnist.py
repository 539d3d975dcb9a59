"""MNIST, as `tf.examples.tutorials.mnist.input_data` reads it."""

from fallline.graph.examples.tutorials.mnist.input_data import (
    DataSet,
    Datasets,
    load_mnist,
    read_data_sets,
)

__all__ = ["DataSet", "Datasets", "load_mnist", "read_data_sets"]
