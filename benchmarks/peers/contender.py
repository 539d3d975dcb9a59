"""What every contender does."""

from __future__ import annotations

import abc

import numpy as np
from numpy.typing import NDArray

from peers.cases import Case
from peers.datasets import Rows

LEARNING_RATE = 1e-3
EPSILON = 1e-7
VALIDATION = 0.2

Weights = list[tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Kernel (inputs, units) and bias (units,) of each layer."""


class Contender(abc.ABC):
    """A library that trains the network of a case.

    Args:
        case: what to train.
        rows: the features (rows, features) and the classes (rows,).
    """

    def __init__(self, case: Case, rows: Rows) -> None:
        self.case = case
        self.x, self.y = rows

    @abc.abstractmethod
    def prepare(self, seed: int) -> None:
        """Make the network and its optimizer fresh; outside the clock."""

    @abc.abstractmethod
    def train(self) -> float | None:
        """Train to the end, inside the clock; return the loss of the last epoch as the library tells it."""

    @abc.abstractmethod
    def weights(self) -> Weights:
        """The trained weights; none for a contender that trains no network."""

    @abc.abstractmethod
    def versions(self) -> dict[str, str]:
        """Name and version of what does the work."""

    def member_epochs(self) -> int | None:
        """Epochs that all members together were trained, where there are several."""
        return None

    def compile_seconds(self) -> float | None:
        """Seconds of tracing and compiling so far, where the library tells."""
        return None


def measured_loss(weights: Weights, rows: Rows) -> float:
    """Mean cross-entropy of the trained network over all rows, computed here and not by the contender.

    Chunked, so that it does not show up in the peak memory.
    """
    x, y = rows
    total = 0.0
    for start in range(0, len(x), 1024):
        out = x[start : start + 1024]
        for kernel, bias in weights[:-1]:
            out = np.maximum(out @ kernel + bias, 0)
        kernel, bias = weights[-1]
        logits = (out @ kernel + bias).astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        chosen = logits[np.arange(len(logits)), y[start : start + 1024]]
        total += float(np.sum(np.log(np.exp(logits).sum(axis=1)) - chosen))
    return total / len(x)
