"""Freezing: layers and models that training leaves as they are."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError
from fallline.layers import BatchNormalization, Dense
from fallline.optimizers import SGD

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 3)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5]).astype(np.float32)[:, None]


def compiled(model, optimizer=None):
    model.compile(optimizer or SGD(0.05), "mse")
    return model


def step(model, x, y, rate=0.1):
    """The gradients of one full-batch step of plain descent, array by array."""
    compiled(model, SGD(rate))
    before = model.get_weights()
    model.fit(x, y, batch_size=len(y), verbose=0)
    return [(old - new) / rate for old, new in zip(before, model.get_weights(), strict=True)]


def network():
    layers = [fl.Input((3,)), Dense(4, name="low"), BatchNormalization(), Dense(1, name="top")]
    return fl.Sequential(layers, seed=0)


def changed(model):
    before = model.get_weights()
    model.fit(X, Y, verbose=0, epochs=2)
    return [not np.array_equal(one, two) for one, two in zip(before, model.get_weights(), strict=True)]


def test_a_frozen_layer_stays_and_the_others_learn():
    model = network()
    model.get_layer("low").trainable = False
    assert changed(compiled(model)) == [False, False, *[True] * 6]
    assert (len(model.trainable_weights), len(model.non_trainable_weights)) == (4, 4)


def test_the_gradients_of_the_others_are_the_same():
    free, frozen = network(), network()
    frozen.get_layer("low").trainable = False
    one, two = step(free, X, Y), step(frozen, X, Y)
    for a, b in zip(one[2:4] + one[6:], two[2:4] + two[6:], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert np.abs(one[0]).max() > 0.01
    np.testing.assert_array_equal(two[0], 0)


def test_a_frozen_batch_normalisation_runs_as_at_inference():
    model = network()
    model.layers[1].trainable = False
    compiled(model, SGD(0.0))
    loss = model.evaluate(X, Y)
    history = model.fit(X, Y, verbose=0, batch_size=40)
    assert history.history["loss"][0] == pytest.approx(loss, rel=1e-6)
    assert changed(compiled(model)) == [True, True, *[False] * 4, True, True]


def test_a_whole_model():
    model = network()
    model.trainable = False
    assert not model.trainable
    assert len(model.trainable_weights) == 0
    assert not any(changed(compiled(model)))
    model.trainable = True
    assert all(changed(compiled(model)))


def test_a_model_within_a_model():
    inner = network()
    inner.trainable = False
    x = fl.Input((3,))
    outer = compiled(fl.Model(x, Dense(1)(inner(x)), seed=2))
    assert changed(outer) == [False] * 8 + [True] * 2
    inner.trainable = True
    assert all(changed(compiled(outer)))


def test_compile_takes_it_over():
    model = compiled(network())
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="trainable of low changed after compile"):
        assert changed(model)[0], "still as compiled"
    assert not changed(compiled(model))[0]
    model.layers[0].trainable = True
    with pytest.warns(UserWarning, match="Call compile again for the change to count"):
        assert not changed(model)[0]
    assert changed(compiled(model))[0]


def test_the_warning_shows_the_line_of_fit():
    model = compiled(network())
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="changed after compile") as caught:
        model.fit(X, Y, verbose=0)
    assert caught[0].filename == __file__


def test_a_callback_cannot_freeze_as_a_run_begins():
    class Freezes(fl.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.model.layers[-1].trainable = False

    model = compiled(network())
    with pytest.raises(UsageError, match="assigned trainable in the middle of a run"):
        model.fit(X, Y, verbose=0, callbacks=[Freezes()])


def test_a_callback_cannot_thaw_in_the_middle_of_a_run():
    class Thaws(fl.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.layers[0].trainable = True

    model = network()
    model.layers[0].trainable = False
    compiled(model)
    with pytest.raises(UsageError, match="assigned trainable in the middle of a run"):
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[Thaws()])
    assert len(model.history.epoch) == 1


def test_the_weights_of_a_frozen_layer_are_not_penalised():
    """As in Keras, which penalises trainable weights alone."""
    penalty = fl.regularizers.L2(0.5)
    model = fl.Sequential([fl.Input((3,)), Dense(1, kernel_regularizer=penalty)], seed=0)
    free = compiled(model).evaluate(X, Y)
    model.layers[0].trainable = False
    frozen = compiled(model).evaluate(X, Y)
    assert frozen == pytest.approx(np.mean((model.predict(X) - Y) ** 2), rel=1e-6)
    squares = np.sum(model.get_weights()[0].astype(np.float64) ** 2)
    assert free - frozen == pytest.approx(0.5 * squares, rel=1e-5)


def test_the_summary_counts_what_is_trained():
    model = network()
    model.get_layer("low").trainable = False
    printed = []
    compiled(model).summary(print_fn=printed.append)
    # low 16; batch normalisation 8 trained and 8 moving; top 5.
    assert "Parameters: 37 (0.1 KiB), trained 13, not trained 24" in printed[0]


def test_freezing_keeps_weights_in_their_order(tmp_path):
    model = compiled(network())
    model.fit(X, Y, verbose=0)
    free = model.get_weights()
    model.layers[0].trainable = False
    compiled(model)
    for one, two in zip(free, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    model.save(tmp_path / "m")
    loaded = fl.load_model(tmp_path / "m")
    assert [layer.trainable for layer in loaded.layers] == [False, True, True]
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_variables_of_a_frozen_model_have_no_parameters():
    model = fl.Sequential([fl.Input((3,)), Dense(4)], seed=0)
    model.trainable = False
    compiled(model)
    assert model.run_variables.params == {}
