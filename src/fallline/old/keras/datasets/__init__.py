"""`keras.datasets`: what `fallline.datasets` loads."""

from fallline.old.spaces import names_of as _names_of

_MODULES = (
    "boston_housing", "california_housing", "cifar10", "cifar100", "fashion_mnist", "imdb", "mnist", "reuters",
)  # fmt: skip
__getattr__ = _names_of(__name__, modules=_MODULES)
