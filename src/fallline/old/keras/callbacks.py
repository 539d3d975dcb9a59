"""`keras.callbacks`; a few programs import layers from it, where they were names of the module too."""

from fallline.callbacks import *  # noqa: F403  # isort: skip
from fallline.old.keras.behaviour.callbacks import (  # isort: skip
    BaseLogger as BaseLogger,
    Callback as Callback,
    EarlyStopping as EarlyStopping,
    ModelCheckpoint as ModelCheckpoint,
    ProgbarLogger as ProgbarLogger,
    ReduceLROnPlateau as ReduceLROnPlateau,
    RemoteMonitor as RemoteMonitor,
    TensorBoard as TensorBoard,
)
from fallline.old.keras.layers.core import Activation as Activation, Dense as Dense, Dropout as Dropout  # isort: skip
from fallline.old.spaces import names_of as _names_of, starred as _starred

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
