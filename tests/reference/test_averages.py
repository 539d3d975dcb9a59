"""Means of weights and of predictions against PyTorch and NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(12, 3)).astype(np.float32)
Y = (X @ [[1.0], [-2.0], [0.5]] + 0.3).astype(np.float32)


@pytest.mark.references("callbacks.StochasticWeightAveraging")
@pytest.mark.parametrize(("start", "every"), [(0, 1), (2, 2)])
def test_averaged_weights_are_torchs(torch, start, every):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=1)
    model.compile(fl.optimizers.SGD(0.1), "mse")
    theirs = torch.nn.Linear(3, 1)
    with torch.no_grad():
        kernel, bias = model.get_weights()
        theirs.weight.copy_(torch.tensor(kernel.T))
        theirs.bias.copy_(torch.tensor(bias))
    average = torch.optim.swa_utils.AveragedModel(theirs)
    optimizer = torch.optim.SGD(theirs.parameters(), 0.1)
    for epoch in range(7):
        for first in range(0, 12, 4):
            optimizer.zero_grad()
            rows = slice(first, first + 4)
            torch.nn.functional.mse_loss(theirs(torch.tensor(X[rows])), torch.tensor(Y[rows])).backward()
            optimizer.step()
        if epoch >= start and (epoch - start + 1) % every == 0:
            average.update_parameters(theirs)
    rule = fl.callbacks.StochasticWeightAveraging(start_from_epoch=start, every=every)
    model.fit(X, Y, 4, 7, 0, [rule], shuffle=False)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(kernel.T, average.module.weight.detach().numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(bias, average.module.bias.detach().numpy(), rtol=1e-5, atol=1e-6)
    assert not np.allclose(bias, theirs.bias.detach().numpy(), rtol=1e-3)


@pytest.mark.references("layers.WeightedAverage")
def test_weighted_averages(torch):
    shares = [2.0, 1.0, 0.5]
    inputs = [RANDOM.normal(size=(6, 4)).astype(np.float32) * 3 for _ in shares]
    plain = np.asarray(fl.layers.WeightedAverage(shares)(inputs))
    np.testing.assert_allclose(plain, np.average(inputs, axis=0, weights=shares), rtol=1e-5, atol=1e-6)
    weights = torch.tensor(shares)[:, None, None] / sum(shares)
    stacked = torch.tensor(np.stack(inputs))
    of_classes = torch.tensor(np.asarray(fl.layers.WeightedAverage(shares, logits="softmax")(inputs)))
    expected = (weights * stacked.softmax(-1)).sum(0)
    np.testing.assert_allclose(of_classes.softmax(-1), expected, rtol=1e-5, atol=1e-7)
    of_two = torch.tensor(np.asarray(fl.layers.WeightedAverage(shares, logits="sigmoid")(inputs)))
    np.testing.assert_allclose(of_two.sigmoid(), (weights * stacked.sigmoid()).sum(0), rtol=1e-5, atol=1e-7)
