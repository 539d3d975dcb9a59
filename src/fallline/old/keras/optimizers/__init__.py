"""`keras.optimizers`, with the spellings of every year."""

from fallline.old.spaces import names_of as _names_of, starred as _starred
from fallline.optimizers import *  # noqa: F403
from fallline.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, Nadam, Optimizer as Optimizer, RMSprop

sgd, rmsprop = SGD, RMSprop
adam, adamax, nadam = Adam, Adamax, Nadam
adagrad, adadelta = Adagrad, Adadelta

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__, modules=("experimental", "legacy"))
