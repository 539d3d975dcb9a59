"""Small problems that the engine's tests share."""

from __future__ import annotations

import numpy as np

from fallline import losses, metrics
from fallline.activations import Linear
from fallline.engine import Batch, Data
from fallline.layers import BatchNormalization, Dense, Dropout, Input, Layer
from fallline.models import Head, NetworkObjective, Sequential

FEATURES, CLASSES = 8, 3


def classification(rows: int = 390, validation: int = 110, seed: int = 0) -> Data:
    """Rows whose class is the largest of three noisy linear functions; 390 is no multiple of 32."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows + validation, FEATURES)).astype(np.float32)
    scores = x @ rng.normal(size=(FEATURES, CLASSES)) + 0.5 * rng.normal(size=(rows + validation, CLASSES))
    y = scores.argmax(1).astype(np.int32)
    return Data(Batch(x[:rows], y[:rows]), Batch(x[rows:], y[rows:]) if validation else None)


def classifier(rate: float | None = None, *, normalised: bool = False) -> NetworkObjective:
    """One hidden layer, optionally with dropout or batch normalisation, and accuracy."""
    layers: list[Layer] = [Input((FEATURES,)), Dense(16, activation="relu")]
    if normalised:
        layers.append(BatchNormalization())
    if rate is not None:
        layers.append(Dropout(rate))
    layers.append(Dense(CLASSES, activation="softmax"))
    return objective_of(layers, metrics.SparseCategoricalAccuracy(name="accuracy"))


def objective_of(layers: list[Layer], *measures: metrics.Metric) -> NetworkObjective:
    """A chain of layers that classifies, with metrics."""
    head = Head("class", Linear(), losses.get("sparse_categorical_crossentropy"), metrics=measures)
    return NetworkObjective.of(Sequential(layers).network, [head])
