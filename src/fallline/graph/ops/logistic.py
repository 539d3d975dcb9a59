"""Cross entropies of sigmoid, and the loss of counts: element by element."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.errors import warn
from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.failures import GraphError, OldNameWarning
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.cross_entropy import is_array, labels_and_logits, require_same_shape
from fallline.graph.ops.elementary import magnitude, require_kind

__all__ = ["log_poisson_loss", "sigmoid_cross_entropy_with_logits", "weighted_cross_entropy_with_logits"]


def _logistic(labels: Any, logits: Any) -> Any:
    """max(z, 0) - z y + log(1 + e^-|z|), with the derivative sigmoid(z) - y at 0 too."""
    zero = jnp.zeros_like(logits)
    above = logits >= 0
    return (
        jnp.where(above, logits, zero)
        - logits * labels
        + jnp.log1p(jnp.exp(jnp.where(above, -logits, logits)))
    )


def _weighed(labels: Any, logits: Any, weight: Any) -> Any:
    factor = 1 + (weight - 1) * labels
    spread = jnp.log1p(jnp.exp(-magnitude(logits))) + jax.nn.relu(-logits)
    return (1 - labels) * logits + factor * spread


_LOGISTIC, _WEIGHED = Formula(_logistic), Formula(_weighed)


def sigmoid_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    name: str | None = None,
    _sentinel: Any = None,
    targets: Any = None,
) -> Tensor:
    """The cross entropy of sigmoid(logits) and labels, for each of them: `max(z, 0) - z y + log(1 + e^-|z|)`.

    Args:
        labels: Probabilities; whole numbers are taken with a warning.
        logits: Of the same shape and type.
        name: Of the node.
        targets: The labels, as they were called before TensorFlow 1.0.

    Raises:
        GraphError: labels or logits are left out.
        GraphShapeError: their shapes differ.
        GraphTypeError: their types differ.
    """
    del _sentinel
    if targets is not None:
        warn(
            "sigmoid_cross_entropy_with_logits(targets=...) is of before TensorFlow 1.0; now: labels=...",
            OldNameWarning,
        )
        labels, logits = targets, labels if logits is None else logits
    labels, logits = labels_and_logits("sigmoid_cross_entropy_with_logits", labels, logits)
    with scope(name, "logistic_loss") as at:
        y, z = _floats("sigmoid_cross_entropy_with_logits", at, labels, logits)
        return node("LogisticLoss", [y, z], _LOGISTIC, shapes.merged(y.sizes, z.sizes), z.dtype, at)


def weighted_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    pos_weight: Any = None,
    name: str | None = None,
    targets: Any = None,
) -> Tensor:
    """The cross entropy of sigmoid(logits) and labels, its positive term times a weight.

    Args:
        labels: Probabilities.
        logits: Of the same shape and type.
        pos_weight: The weight.
        name: Of the node.
        targets: The labels, as they were called.

    Raises:
        GraphError: labels, logits or the weight are left out.
        GraphShapeError: their shapes differ.
    """
    labels = targets if labels is None else labels
    labels, logits = labels_and_logits("weighted_cross_entropy_with_logits", labels, logits)
    if pos_weight is None:
        raise GraphError("tf.nn.weighted_cross_entropy_with_logits: `pos_weight` must be provided.")
    with scope(name, "logistic_loss") as at:
        y, z = _floats("weighted_cross_entropy_with_logits", at, labels, logits)
        weight = convert(pos_weight, z.dtype)

        def sizes() -> Sizes:
            common = shapes.merged(y.sizes, z.sizes)
            return shapes.merged(common, shapes.broadcast(common, weight.sizes))

        return node("LogisticLoss", [y, z, weight], _WEIGHED, sizes, z.dtype, at)


def _floats(function: str, at: str, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
    z = convert(logits, name="logits")
    require_kind("LogisticLoss", at, [z], "floats")
    y = convert(labels, name="labels") if is_array(labels) else convert(labels, z.dtype, "labels")
    if y.dtype.is_integer or y.dtype.is_bool:
        warn(
            f"tf.nn.{function}: labels {y.name} are {y.dtype.base_dtype.name}, the logits {z.dtype.base_dtype.name}; the right line "
            f"is labels=tf.cast(labels, tf.{z.dtype.base_dtype.name}).",
            OldNameWarning,
        )
        y = cast(y, z.dtype)
    y = cast(y, z.dtype) if isinstance(labels, np.ndarray) else convert(y, z.dtype)
    require_same_shape("LogisticLoss", at, y, z)
    return y, z


def _poisson(targets: Any, logarithm: Any, *, full: bool) -> Any:
    loss = jnp.exp(logarithm) - logarithm * targets
    if full:
        safe = jnp.where(targets > 1, targets, jnp.ones_like(targets))
        stirling = safe * jnp.log(safe) - safe + 0.5 * jnp.log(2 * np.pi * safe)
        loss = loss + jnp.where(targets > 1, stirling, jnp.zeros_like(targets))
    return loss


_POISSON = Formula(_poisson)


def log_poisson_loss(
    targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None
) -> Tensor:
    """`e^c - c z` of a logarithm c of a rate and counts z; in full with Stirling's approximation of `log(z!)`.

    Raises:
        GraphShapeError: their shapes differ.
    """
    with scope(name, "log_poisson_loss"):
        y, z = _floats("log_poisson_loss", "log_poisson_loss/", targets, log_input)
        last = "add_1" if compute_full_loss else "sub"
        return node(
            "LogPoissonLoss",
            [y, z],
            _POISSON,
            shapes.merged(y.sizes, z.sizes),
            z.dtype,
            last,
            full=bool(compute_full_loss),
        )
