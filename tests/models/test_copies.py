"""What a user writes into their arrays after they gave them away never matters, however the arrays lie in memory."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fallline as fl

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 3)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)
W = np.ones(48, np.float32)


def laid(array, offset):
    """A copy that begins so many bytes after a multiple of 64, where JAX takes an array as it lies (offset 0) or copies."""
    room = np.empty(array.nbytes + 128, np.uint8)
    first = -room.ctypes.data % 64 + offset
    copy = room[first : first + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


class Writes(fl.callbacks.Callback):
    """Writes into arrays as soon as it can, and after each epoch."""

    def __init__(self, arrays):
        super().__init__()
        self.arrays = arrays

    def on_train_begin(self, logs=None):
        for array in self.arrays:
            array[...] = 7

    def on_epoch_end(self, epoch, logs=None):
        self.on_train_begin()


def fitted(offset, writes, split):
    x, y, weight, *validation = (laid(array, offset) for array in (X, Y, W, X, Y, W))
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile(fl.optimizers.SGD(0.5), "binary_crossentropy")
    how = {"validation_split": 0.25} if split else {"validation_data": tuple(validation)}
    callbacks = [Writes([x, y, weight, *validation])] if writes else None
    history = model.fit(
        x, y, sample_weight=weight, batch_size=16, epochs=2, verbose=0, callbacks=callbacks, **how
    )
    return history.history


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("offset", [0, 4, 16])
def test_in_fit(offset, split):
    assert fitted(offset, True, split) == fitted(0, False, split)


@pytest.mark.parametrize("offset", [0, 4])
def test_in_train(offset):
    def run(offset, writes):
        x, y, weight, *validation = (laid(array, offset) for array in (X, Y, W, X, Y))
        return fl.train(
            lambda key: {"w": jax.random.normal(key, (3, 1))},
            lambda params, batch: ((batch.x @ params["w"] - batch.y) ** 2)[:, 0],
            (x, y),
            sample_weight=weight,
            validation_data=tuple(validation),
            epochs=2,
            seed=0,
            verbose=0,
            callbacks=[Writes([x, y, weight, *validation])] if writes else None,
        ).history.history

    assert run(offset, True) == run(0, False)


@pytest.mark.parametrize("offset", [0, 4])
def test_in_calls(offset):
    x, y = laid(X, offset), laid(Y, offset)
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", "mse")
    layer, metric = fl.layers.Dense(2), fl.metrics.MeanSquaredError()
    layer(x)
    given = [laid(array, offset) for array in (np.ones((3, 1), np.float32), np.ones(1, np.float32))]
    model.set_weights(given)
    found = [model(x), layer(x), fl.losses.mean_squared_error(y, y[:] * 0), model.predict(x)]
    metric.update_state(y, y * 0)
    for array in (x, y, *given):
        array[...] = 7
    expected = [model(X), layer(X), fl.losses.mean_squared_error(Y, Y * 0), model.predict(X)]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert float(metric.result()) == pytest.approx(float((Y**2).mean()), rel=1e-6)
    assert all((np.asarray(array) == 1).all() for array in model.get_weights())
