"""`tensorflow.python.debug`: a debugger of sessions, which are left as they are."""

from __future__ import annotations

from typing import Any

from fallline.old.notices import say_once


def LocalCLIDebugWrapperSession(sess: Any, *_: Any, **__: Any) -> Any:
    """The session itself."""
    say_once("tensorflow.python.debug is not here: the session runs without its debugger.")
    return sess


def has_inf_or_nan(datum: Any, tensor: Any) -> bool:
    """The filter that programs name; nothing asks it."""
    del datum
    import numpy as np

    return not bool(np.all(np.isfinite(tensor)))
