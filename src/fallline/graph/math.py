"""`tf.math`: functions of numbers."""

from typing import Any

from fallline.graph.core.failures import absent
from fallline.graph.ops.math import *  # noqa: F403


def __getattr__(name: str) -> Any:
    raise absent("tf.math", name)
