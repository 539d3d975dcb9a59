"""`keras.ops` of Keras 3."""

from fallline.old.spaces import names_of as _names_of, starred as _starred
from fallline.ops import *  # noqa: F403

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
