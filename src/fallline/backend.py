"""The names of Keras's `backend` that a feedforward program asks for; its mathematics is `ops`."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fallline import _precision, config, ops
from fallline.errors import UsageError, missing
from fallline.utils import clear_session

__all__ = ["backend", "clear_session", "epsilon", "floatx", "image_data_format", "set_floatx"]


def backend() -> str:
    """What computes: "jax".

    Source: Keras 3.
    """
    return "jax"


def epsilon() -> float:
    """The margin that losses keep from 0: 1e-7.

    Source: Keras 3.
    """
    return 1e-7


def floatx() -> str:
    """The type in which weights are kept, "float32" unless `set_floatx` or a dtype policy says otherwise.

    Source: Keras 3.
    """
    return str(_precision.get(config.dtype_policy()).variable_dtype.dtype.name)


def set_floatx(value: str) -> None:
    """Sets the number type of models built from now on; `config.set_dtype_policy` says more.

    Raises:
        UsageError: value is neither "float32" nor "float64", or JAX computes in 32 bits.

    Source: Keras 3.
    """
    if value not in ("float32", "float64"):
        raise UsageError(
            f'set_floatx: "float32" or "float64", got {value!r:.40}; for bfloat16 config.set_dtype_policy.'
        )
    config.set_dtype_policy(value)


def image_data_format() -> str:
    """How images lie: "channels_last", (height, width, channels).

    Source: Keras 3.
    """
    return "channels_last"


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in ops.__all__:  # as programs of 2016 to 2019 write them
            asking = Path(sys._getframe(1).f_code.co_filename)
            # A library that looks through all loaded modules for a name, as those that write files do, means none of them.
            if "site-packages" not in asking.parts:
                warnings.warn(
                    f"backend.{name} is an older spelling; write ops.{name}.", FutureWarning, stacklevel=2
                )
            return getattr(ops, name)
        raise missing("fallline.backend", name, __all__)
