"""`tf.contrib.slim`: the layers of `tf.contrib.layers` under another roof, and arg_scope."""

from difflib import get_close_matches
from typing import Any

from fallline.graph import losses as losses
from fallline.graph.contrib import framework, layers
from fallline.graph.core.failures import absent

_HOMES = (layers, framework)


def __getattr__(name: str) -> Any:
    for home in _HOMES:
        if name in home.__all__:
            return getattr(home, name)
    raise absent("tf.contrib.slim", name, get_close_matches(name, __dir__(), 1))


def __dir__() -> list[str]:
    return sorted({"losses", *(name for home in _HOMES for name in home.__all__)})
