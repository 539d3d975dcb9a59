"""`keras.optimizers`, with the spellings of every year."""

from fallline.old.spaces import names_of as _names_of, starred as _starred
from fallline.optimizers import *  # noqa: F403
from fallline.own.loading import load as _load

from fallline.old.keras.behaviour.optimizers import ROOM as _ROOM, get as get  # isort: skip

globals().update(_ROOM)
# The room's own, in the place of the one that came with all names.
schedules = _load(f"{__name__}.schedules")
SGD, RMSprop, Adam, Adamax = _ROOM["SGD"], _ROOM["RMSprop"], _ROOM["Adam"], _ROOM["Adamax"]
Nadam, Adagrad, Adadelta = _ROOM["Nadam"], _ROOM["Adagrad"], _ROOM["Adadelta"]
sgd, rmsprop = SGD, RMSprop
adam, adamax, nadam = Adam, Adamax, Nadam
adagrad, adadelta = Adagrad, Adadelta

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__, modules=("experimental", "legacy", "schedules"))
