"""`keras.layers.merge`: a module of Keras 2, which can be called as the function of Keras 1."""

import sys as _sys
from types import ModuleType as _ModuleType
from typing import Any as _Any

from fallline.old.keras.layers import __all__ as __all__, names as _names
from fallline.old.keras.layers.old_merge import merge as merge


class _Module(_ModuleType):
    def __call__(self, *args: _Any, **kwargs: _Any) -> _Any:
        return merge(*args, **kwargs)


_sys.modules[__name__].__class__ = _Module
__getattr__ = _names.within(__name__)
