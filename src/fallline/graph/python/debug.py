"""`tensorflow.python.debug`: sessions run without the debugger."""

from typing import Any


def LocalCLIDebugWrapperSession(sess: Any, *_: Any, **__: Any) -> Any:  # noqa: N802 - TensorFlow's name
    """The session itself."""
    return sess


TensorBoardDebugWrapperSession = LocalCLIDebugWrapperSession


def has_inf_or_nan(datum: Any, tensor: Any) -> bool:
    """Whether an array holds infinities or what is no number."""
    import numpy as np

    del datum
    return not bool(np.all(np.isfinite(tensor)))
