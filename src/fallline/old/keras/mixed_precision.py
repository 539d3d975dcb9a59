"""`keras.mixed_precision`: the number types of models built from now on."""

from __future__ import annotations

from typing import Any

from fallline import config
from fallline.old.notices import say_once
from fallline.old.spaces import names_of as _names_of


class Policy:
    """Number types by their name: "float32", "mixed_bfloat16", "float64"; "mixed_float16" means "mixed_bfloat16" here.

    Attributes:
        name: The name.
    """

    def __init__(self, name: str) -> None:
        if name == "mixed_float16":
            say_once('mixed_precision: "mixed_bfloat16" stands for "mixed_float16".')
            name = "mixed_bfloat16"
        self.name = name


def set_global_policy(policy: Any) -> None:
    """Sets the number types.

    Raises:
        UnknownNameError: no such policy.
    """
    config.set_dtype_policy((policy if isinstance(policy, Policy) else Policy(policy)).name)


def global_policy() -> Policy:
    """The number types of the moment."""
    return Policy(config.dtype_policy())


set_dtype_policy, dtype_policy, DTypePolicy = set_global_policy, global_policy, Policy
__getattr__ = _names_of(__name__)
