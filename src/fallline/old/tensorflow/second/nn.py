"""`tf.nn`; its activations are those of networks, so that `Dense(10, activation=tf.nn.relu)` is `activation="relu"`."""

from __future__ import annotations

from typing import Any

import jax

from fallline.old.tensorflow.second.core.functions import of_jax
from fallline.old.tensorflow.second.math import in_top_k as in_top_k
from fallline.old.tensorflow.second.of_graphs import operation, space_of_graphs
from fallline.old.tensorflow.told_activations import tell


def dropout(x: Any, rate: Any, noise_shape: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """X with a fraction `rate` of its numbers at 0, the others larger by `1 / (1 - rate)`."""
    return operation("nn", "dropout")(x, rate=rate, noise_shape=noise_shape, seed=seed)


def softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, axis: Any = -1, name: str | None = None
) -> Any:
    """`-sum(labels log(softmax(logits)))` along an axis; gradients pass to labels and logits."""
    return operation("nn", "softmax_cross_entropy_with_logits_v2")(labels=labels, logits=logits, axis=axis)


def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any, name: str | None = None) -> Any:
    """`-log(softmax(logits)[label])`."""
    return operation("nn", "sparse_softmax_cross_entropy_with_logits")(labels=labels, logits=logits)


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Any:
    """`-y log(p) - (1 - y) log(1 - p)`, with p the sigmoid of the logits."""
    return operation("nn", "sigmoid_cross_entropy_with_logits")(labels=labels, logits=logits)


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None
) -> Any:
    """The same, the positive part weighted."""
    return operation("nn", "weighted_cross_entropy_with_logits")(labels, logits, pos_weight)


def silu(features: Any, beta: float = 1.0) -> Any:
    """`x sigmoid(beta x)`."""
    return features * operation("", "sigmoid")(features * beta if beta != 1.0 else features)


swish = silu
"""`silu`."""


def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Any:
    """X times the probability that a normal number is below it."""
    return _gelu(features, approximate)


def _curve(x: Any, approximate: bool) -> Any:
    return jax.nn.gelu(x, approximate=approximate)


_gelu = of_jax(_curve, "old.tensorflow.second.nn.gelu")

__getattr__, __dir__ = space_of_graphs(__name__, "nn", {"sigmoid": "sigmoid", "tanh": "tanh"})

tell(__name__)
