"""Ends of a network, losses, metrics and targets that together make no sense, though each could be computed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.activations import Activation, Linear, Sigmoid, Softmax
from fallline.errors import DataWarning, FalllineWarning, UsageError, warn
from fallline.layers import Dense
from fallline.losses import Loss
from fallline.losses.crossentropy import Crossentropy
from fallline.losses.targets import AT_LEAST_ZERO, LIKE_OUTPUT
from fallline.metrics import BinaryAccuracy, Metric
from fallline.metrics.resolution import OfLogits
from fallline.models.network import Network

FAR = 50.0
"""An activation whose value here is nearly as large is held for one without a bound."""


def ending(network: Network, output: int) -> Activation | None:
    """The activation that an output of a network ends with; None where it ends with another kind of layer."""
    index = network.outputs[output] - len(network.inputs)
    layer = None if index < 0 else network.layers[network.nodes[index].layer]
    found = None if layer is None else layer.detached()
    if found is None or (isinstance(found[1], Linear) and not isinstance(layer, Dense)):
        return None
    return found[1]


def require_choice(name: str, activation: Activation | None, shape: tuple[int, ...]) -> None:
    """Refuses a softmax over one unit.

    Raises:
        UsageError: says what to write instead.
    """
    if isinstance(activation, Softmax) and activation.axis == -1 and shape[-1:] == (1,):
        raise UsageError(
            f'compile: output "{name}" is a softmax over 1 unit, which is 1 whatever the inputs. For two classes use 1 unit '
            'with activation="sigmoid" and loss "binary_crossentropy"; for more give the last layer one unit per class.'
        )


def takes_logits(loss: Loss, activation: Activation | None) -> bool:
    """Whether a loss takes logits, and the network gives some."""
    logits = isinstance(loss, Crossentropy) and loss.from_logits
    return logits and not isinstance(activation, Sigmoid | Softmax)


def warn_of_nonsense(
    network: Network, losses: Sequence[Loss | None], metrics: Sequence[Sequence[Metric]], y: Any
) -> None:
    """Warns, once a run, of what can be computed and is hardly what was meant.

    Args:
        network: The network.
        losses: The loss of each output.
        metrics: The metrics of each output.
        y: The targets of each output, as the losses take them.
    """
    targets = y if isinstance(y, tuple) else (y,) * len(losses)
    for index, (loss, target) in enumerate(zip(losses, targets, strict=True)):
        if loss is None or target is None:
            continue
        name, activation = network.output_names[index], ending(network, index)
        if activation is not None:
            found = _doubt_about_loss(name, activation, loss, network.output_shapes[index])
            if found is not None:
                warn(f"fit: {found}", FalllineWarning)
            elif loss.targets in (LIKE_OUTPUT, AT_LEAST_ZERO):  # not of a loss of the user's own
                _warn_of_reach(name, activation, target, network.output_shapes[index])
        _warn_of_accuracy(metrics[index], target)


def _doubt_about_loss(name: str, activation: Activation, loss: Loss, shape: tuple[int, ...]) -> str | None:
    if not isinstance(loss, Crossentropy):
        return None
    called = activation.__name__  # type: ignore[attr-defined]
    if loss.from_logits:
        if not isinstance(activation, Sigmoid | Softmax):
            return None
        return (
            f'loss "{loss.name}" is told to take logits, and output "{name}" ends with {called}, which gives probabilities: '
            f"they would be squashed twice. Leave out from_logits=True, or {called}."
        )
    reach = None if isinstance(activation, Sigmoid | Softmax) else _reach(activation, shape)
    if reach is None or (reach[0] >= 0 and reach[1] <= 1):
        return None
    return (
        f'loss "{loss.name}" takes probabilities, and output "{name}" ends with {called}, which gives other numbers too, '
        f'so that little or nothing is learned. Give the last layer activation="{loss.activation}".'
    )


def _reach(activation: Activation, shape: tuple[int, ...]) -> tuple[float, float] | None:
    """The least and the largest value that an activation gives, tried out; None where it cannot be tried."""
    line = np.concatenate([np.linspace(-FAR, FAR, 101), np.linspace(-2, 2, 81)]).astype(np.float32)
    # Each unit in an order of its own: some activations compare them.
    rng = np.random.default_rng(0)
    columns = [rng.permutation(line) for _ in range(math.prod(shape))]
    rows = np.stack(columns, axis=1).reshape(-1, *shape)
    try:
        values = np.asarray(activation(jnp.asarray(rows)))
    except Exception:  # a user's own, which the run will try in earnest
        return None
    return float(values.min()), float(values.max())


def _warn_of_reach(name: str, activation: Activation, y: Any, shape: tuple[int, ...]) -> None:
    """Warns where targets lie where the output can never be."""
    if isinstance(activation, Linear) or y.dtype.kind != "f" or not y.size:
        return
    reach = _reach(activation, shape)
    if reach is None or not np.isfinite(reach).all():
        return
    low = -np.inf if reach[0] < -FAR / 2 else reach[0]
    high = np.inf if reach[1] > FAR / 2 else reach[1]
    least, largest = float(y.min()), float(y.max())
    slack = 1e-3 * (1 + abs(largest - least))
    if low - slack <= least and largest <= high + slack:
        return
    called = activation.__name__  # type: ignore[attr-defined]
    bounds = f"above {low:.3f}" if np.isinf(high) else f"between {low:.3f} and {high:.3f}"
    warn(
        f'fit: the targets lie in {least:.4g}..{largest:.4g}, and output "{name}" ends with {called}, which gives numbers '
        f"{bounds} alone. Leave out the activation of the last layer, or scale the targets.",
        DataWarning,
    )


def _warn_of_accuracy(metrics: Sequence[Metric], y: Any) -> None:
    """Warns where a yes-or-no accuracy is asked of targets that are neither."""
    plain = [metric.metric if isinstance(metric, OfLogits) else metric for metric in metrics]
    asked = next((metric for metric in plain if isinstance(metric, BinaryAccuracy)), None)
    if asked is None or not y.size or np.isin(y, (0, 1)).all():
        return
    signs = np.isin(y, (-1, 1)).all()
    remedy = "Map -1 to 0." if signs else 'For measurements use "mae", "rmse" or "r2_score".'
    # Shares between 0 and 1, such as smoothed labels, are never matched either.
    warn(
        f'fit: metric "{asked.name}" counts the rows whose target, 0 or 1, is met; the targets lie in {float(y.min()):.4g}..'
        f"{float(y.max()):.4g}. {remedy}",
        DataWarning,
    )
