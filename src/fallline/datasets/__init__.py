"""Well-known data sets as NumPy arrays, each by `load_data`, as Keras has them.

    (x_train, y_train), (x_test, y_test) = fl.datasets.mnist.load_data()

A file that Keras has kept (in `$KERAS_HOME` or `~/.keras`, below `datasets`) is read where it lies; else it is downloaded
to there, and its hash checked. Who has no connection puts it there: the error says which file, where, and its address.

mnist, fashion_mnist            28 x 28 grey images of ten classes
cifar10, cifar100               32 x 32 coloured images of 10 and of 100 classes
boston_housing, california_housing    house prices
imdb, reuters                   texts as lists of numbers of words; `bags_of_words` makes rows of them

kept         the files: where they lie, the download
arrays       arrays out of files of NumPy
lists        lists out of files of NumPy and of Python, of which nothing is run
idx          the files of MNIST and Fashion-MNIST
parts        the order, and the parts for training and test
words        texts as numbers of words
"""

from fallline.datasets import (
    boston_housing as boston_housing,
    california_housing as california_housing,
    cifar10 as cifar10,
    cifar100 as cifar100,
    fashion_mnist as fashion_mnist,
    imdb as imdb,
    mnist as mnist,
    reuters as reuters,
)
from fallline.datasets.words import bags_of_words as bags_of_words

__all__ = [
    "bags_of_words",
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
]
