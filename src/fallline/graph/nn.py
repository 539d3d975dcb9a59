"""What TensorFlow has under `tf.nn`, as far as feedforward networks need it."""

from difflib import get_close_matches
from typing import Any

from fallline.graph.core.failures import absent
from fallline.graph.ops import nn
from fallline.graph.ops.nn import *  # noqa: F403

__all__: list[str] = []
__all__ += nn.__all__


def __getattr__(name: str) -> Any:
    raise absent("tf.nn", name, get_close_matches(name, __all__, 1))
