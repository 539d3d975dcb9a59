"""Which activation of networks each function of `tf.nn` is."""

from __future__ import annotations

import sys

from fallline.own.loading import load

NAMES = (
    "elu", "leaky_relu", "log_softmax", "relu", "relu6", "selu", "sigmoid", "softmax", "softplus", "softsign", "tanh",
    "gelu", "silu", "swish",
)  # fmt: skip


def tell(module: str) -> None:
    """Tells networks which activations the functions of a module are.

    Args:
        module: The module's name.
    """
    table = load("fallline.activations.base").activations
    own, space = load("fallline.activations"), sys.modules[module]
    for name in NAMES:
        function, theirs = getattr(space, name, None), getattr(own, name, None)
        if function is not None and theirs in table.functions:
            table.functions[function] = table.functions[theirs]
