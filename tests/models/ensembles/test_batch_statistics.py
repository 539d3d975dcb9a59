"""Moving averages taken again from data, by NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import ShapeError, UsageError
from fallline.models import update_batch_statistics

from .problems import X, classifier


def model() -> fl.Sequential:
    layers = [
        fl.Input((4,)),
        fl.layers.Dense(5),
        fl.layers.BatchNormalization(momentum=0.9),
        fl.layers.Dense(2),
        fl.layers.BatchNormalization(),
    ]
    made = fl.Sequential(layers, seed=1)
    made.compile("sgd", "mse")
    made.fit(X, np.zeros((150, 2)), epochs=1, verbose=0)
    return made


def test_statistics_of_all_rows() -> None:
    network = model()
    before = network.get_weights()
    update_batch_statistics(network, X)
    hidden = X @ before[0] + before[1]
    first, second = network.layers[1], network.layers[3]
    np.testing.assert_allclose(first.moving_mean, hidden.mean(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(first.moving_variance, hidden.var(axis=0), rtol=1e-4)
    # What the second sees is normalised by the batch, as in training.
    gamma, beta = before[2], before[3]
    seen = (hidden - hidden.mean(axis=0)) / np.sqrt(hidden.var(axis=0) + 1e-3) * gamma + beta
    seen = seen @ before[6] + before[7]
    np.testing.assert_allclose(second.moving_variance, seen.var(axis=0), rtol=1e-3)
    after = network.get_weights()
    for place in (0, 1, 2, 3, 6, 7, 8, 9):  # all but the averages
        np.testing.assert_array_equal(after[place], before[place])


def test_batches_count_by_their_rows() -> None:
    network = model()
    kernel, bias = network.get_weights()[:2]
    update_batch_statistics(network, X, batch_size=64)
    hidden = X @ kernel + bias
    parts = [hidden[:64], hidden[64:128], hidden[128:]]
    np.testing.assert_allclose(network.layers[1].moving_mean, hidden.mean(axis=0), rtol=1e-4, atol=1e-5)
    variance = np.average([part.var(axis=0) for part in parts], axis=0, weights=[64, 64, 22])
    np.testing.assert_allclose(network.layers[1].moving_variance, variance, rtol=1e-4)


def test_what_is_refused() -> None:
    with pytest.raises(UsageError, match="has no BatchNormalization"):
        update_batch_statistics(classifier(), X)
    with pytest.raises(ShapeError):
        update_batch_statistics(model(), X[:, :3])
