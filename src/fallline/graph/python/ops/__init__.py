"""`tensorflow.python.ops`: modules that all hold what `tf` and `tf.nn` hold."""

import importlib
from typing import Any

from fallline.graph.core.failures import absent

SPACES = {"nn": "fallline.graph.nn", "nn_ops": "fallline.graph.nn", "losses": "fallline.graph.losses"}
ALL = (
    "array_ops", "check_ops", "clip_ops", "control_flow_ops", "gradients", "init_ops", "linalg_ops", "math_ops", "random_ops",
    "state_ops", "variable_scope", "variables",
)  # fmt: skip
"""Modules whose names stand in `tf` itself."""


def __getattr__(name: str) -> Any:
    if name in SPACES:
        return importlib.import_module(SPACES[name])
    if name in ALL:
        return importlib.import_module("fallline.graph")
    raise absent("tensorflow.python.ops", name)
