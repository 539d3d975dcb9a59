"""`keras.initializations` of before Keras 2: what is in `keras.initializers`."""

from fallline.initializers import *  # noqa: F403
from fallline.old.spaces import names_of as _names_of, starred as _starred

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
