"""`keras.ops` of Keras 3."""

import sys as _sys

from fallline.old.spaces import names_of as _names_of, starred as _starred
from fallline.ops import *  # noqa: F403

# Modules in which Keras has the same functions once more.
core = linalg = math = nn = numpy = _sys.modules[__name__]
__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
