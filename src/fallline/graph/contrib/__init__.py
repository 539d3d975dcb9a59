"""`tf.contrib`, as far as feedforward programs use it.

layers       fully_connected, batch_norm, dropout, regularisers, initialisers
framework    arg_scope, variables by their scopes
arguments    how arg_scope works
losses       those of tf.losses, predictions first
learn        MNIST and small tables, numbers of words
predictor    what simple_save wrote, as a function
slim         layers and framework once more
tensorboard  the embedding projector
"""

import importlib
from difflib import get_close_matches
from typing import Any

from fallline.graph.core.failures import absent

__all__ = ["framework", "layers", "learn", "losses", "predictor", "slim", "tensorboard"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return importlib.import_module(f"fallline.graph.contrib.{name}")
    raise absent("tf.contrib", name, get_close_matches(name, __all__, 1))
