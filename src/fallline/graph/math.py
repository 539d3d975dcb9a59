"""What TensorFlow has under `tf.math`."""

from difflib import get_close_matches
from typing import Any

from fallline.graph.core.failures import absent
from fallline.graph.ops import math
from fallline.graph.ops.math import *  # noqa: F403
from fallline.graph.ops.scattering import confusion_matrix

__all__: list[str] = ["confusion_matrix"]
__all__ += math.__all__


def __getattr__(name: str) -> Any:
    raise absent("tf.math", name, get_close_matches(name, __all__, 1))
