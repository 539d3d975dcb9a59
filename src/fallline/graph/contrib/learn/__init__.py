"""`tf.contrib.learn`, as far as programs load data and number words by it."""

from difflib import get_close_matches
from typing import Any

from fallline.graph.contrib.learn import (
    datasets as datasets,
    preprocessing as preprocessing,
    python as python,
)
from fallline.graph.core.failures import absent


def __getattr__(name: str) -> Any:
    raise absent(
        "tf.contrib.learn", name, get_close_matches(name, ["datasets", "preprocessing", "python"], 1)
    )
