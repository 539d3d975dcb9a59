"""What must not happen: arrays lost, swapped, given away, or changed behind a run."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import Input, Model, Sequential
from fallline.errors import UsageError
from fallline.layers import BatchNormalization, Dense, Dropout, Embedding, MixUp, Reshape, Subtract
from fallline.optimizers.schedules import ExponentialDecay

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype(np.float32)
Y = X @ np.array([[1.0], [0.0], [-1.0], [2.0]], np.float32)


def linear(optimizer, **dense):
    model = Sequential([Input((4,)), Dense(1, **dense)], seed=0)
    model.compile(optimizer, "mse")
    return model


def test_outputs_of_an_inner_model_keep_their_names_in_a_file(tmp_path):
    inputs, outer = Input((4,)), Input((4,))
    inner = Model(inputs, {"z": Dense(2)(inputs), "a": Dense(2)(inputs)})
    results = inner(outer)
    model = Model(outer, {"z": results["z"], "a": results["a"]})
    model.save(tmp_path / "model.fallline")
    loaded = fl.load_model(tmp_path / "model.fallline")
    for name in ("z", "a"):
        np.testing.assert_array_equal(model.predict(X)[name], loaded.predict(X)[name])


def test_an_average_over_steps_does_not_hold_back_single_batches():
    model = linear(fl.optimizers.SGD(0.1, use_ema=True))
    losses = [model.train_on_batch(X, Y) for _ in range(30)]
    assert losses[-1] < 1e-2 * losses[0]


def test_category_numbers_stay_whole_through_layers_without_weights():
    table = (np.arange(2000.0) / 2000).reshape(-1, 1)
    embedding = Embedding(2000, 1, embeddings_initializer=fl.initializers.Constant(table))
    inputs = Input((1,), dtype="int32")
    model = Model(inputs, embedding(Reshape((1,))(inputs)), dtype_policy="mixed_bfloat16")
    numbers = np.array([[257], [1001]])
    expected = jnp.asarray(table[numbers[:, 0]], jnp.bfloat16).astype(jnp.float32)
    np.testing.assert_array_equal(model.predict(numbers).reshape(-1, 1), expected)


@pytest.mark.parametrize("batch_size", [None, 20])
def test_batch_statistics_at_prediction_are_those_of_the_rows_alone(batch_size):
    inputs = Input((4,))
    model = Model(inputs, BatchNormalization(epsilon=1e-6)(inputs, training=True))
    predicted = model.predict(X, batch_size=batch_size)
    size = batch_size or 64
    for first in range(0, 64, size):
        part = X[first : first + size]
        expected = (part - part.mean(0)) / np.sqrt(part.var(0) + 1e-6)
        np.testing.assert_allclose(predicted[first : first + size], expected, atol=1e-5)


def test_dropout_called_with_training_is_drawn_anew_at_each_prediction():
    inputs = Input((4,))
    model = Model(inputs, Dropout(0.5)(inputs, training=True))
    first, second = model.predict(X), model.predict(X)
    assert (first != second).any()
    for drawn in (first, second, np.asarray(model(X))):
        kept = drawn != 0
        np.testing.assert_allclose(drawn[kept], 2 * X[kept], rtol=1e-6)
        assert 0.3 < kept.mean() < 0.7


def sparse_weights(optimizer, batch_size):
    penalty = fl.regularizers.L1(0.3, proximal=True)
    model = linear(optimizer, use_bias=False, kernel_regularizer=penalty)
    model.fit(X, Y, epochs=20, batch_size=batch_size, shuffle=False, verbose=0)
    return np.asarray(model.layers[0].kernel).ravel()


def test_a_proximal_step_is_taken_once_per_accumulated_update():
    accumulated = sparse_weights(fl.optimizers.SGD(0.1, gradient_accumulation_steps=8), 8)
    whole = sparse_weights(fl.optimizers.SGD(0.1), 64)
    np.testing.assert_allclose(accumulated, whole, atol=1e-5)
    assert (whole == 0).any()


@pytest.mark.parametrize("name", ["rprop", "delta_bar_delta", "lbfgs", "newton"])
def test_optimizers_without_one_rate_refuse_proximal_penalties(name):
    with pytest.raises(UsageError, match="cannot take proximal steps"):
        sparse_weights(name, 64)


def test_averaged_weights_keep_to_their_constraint():
    model = linear(
        fl.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), use_bias=False, kernel_constraint="non_neg"
    )
    model.fit(X, Y, epochs=5, verbose=0)
    assert (np.asarray(model.layers[0].kernel) >= 0).all()


def test_mixing_refuses_a_reduction_that_divides_its_weights_out():
    loss = fl.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    model = Sequential([Input((4,)), Dense(1)])
    with pytest.raises(UsageError, match="mixing weighs each row by its shares"):
        model.compile("sgd", loss, mixing=MixUp())


class During(fl.callbacks.Callback):
    def __init__(self, act):
        super().__init__()
        self.act = act

    def on_epoch_end(self, epoch, logs=None):
        self.act(self.model)


ZEROS = [np.zeros((4, 1)), np.zeros(1)]


def test_weights_of_a_layer_in_training_cannot_be_set_but_after_it_can():
    model = linear("sgd")
    with pytest.raises(UsageError, match="in training, where a callback looks but cannot change it"):
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[During(lambda m: m.layers[0].set_weights(ZEROS))])
    model.layers[0].set_weights(ZEROS)
    assert not model.get_weights()[0].any()
    model.fit(X, Y, epochs=1, verbose=0)


def test_a_model_that_shares_the_layers_in_training_can_neither_be_set_nor_trained():
    model = linear("sgd")
    other = Model(model.inputs, model.layers[0].output)
    other.compile("sgd", "mse")
    for act in (lambda _: other.set_weights(ZEROS), lambda _: other.fit(X, Y, verbose=0)):
        with pytest.raises(UsageError, match="in training"):
            model.fit(X, Y, epochs=2, verbose=0, callbacks=[During(act)])


def test_arrays_shown_to_callbacks_stay_theirs():
    model, seen = linear("sgd"), []
    model.fit(X, Y, epochs=4, verbose=0, callbacks=[During(lambda m: seen.append(m.layers[0].kernel))])
    values = [np.asarray(kernel) for kernel in seen]
    assert len(values) == 4
    assert all((a != b).any() for a, b in itertools.pairwise(values))


def test_a_list_is_refused_where_a_dictionary_names_the_inputs():
    first, second = Input((4,)), Input((4,))
    model = Model({"q": first, "p": second}, Subtract()([first, second]))
    with pytest.raises(UsageError, match=r"made with a dictionary of inputs \(q, p\)"):
        model.predict([X, 2 * X])
    np.testing.assert_allclose(model.predict({"q": X, "p": 2 * X}), -X)


def test_evaluate_counts_penalties_where_their_schedule_stands():
    penalty = fl.regularizers.L2(ExponentialDecay(10.0, 1, 0.1))
    model = linear("sgd", kernel_regularizer=penalty)
    history = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y))
    assert model.evaluate(X, Y) == pytest.approx(history.history["val_loss"][-1], rel=1e-6)


def test_a_layer_called_within_jit_says_why_it_cannot():
    layer = Dense(2)
    with pytest.raises(UsageError, match="called within a transformation of JAX"):
        jax.jit(lambda x: layer(x))(X)  # noqa: TID251
    assert layer(X).shape == (64, 2)


def test_building_again_for_the_same_inputs_changes_nothing():
    model = Sequential([Dense(3, input_shape=(4,)), Dense(1)])
    model.build((None, 4))
    features = Model(model.inputs, model.layers[0].output)
    np.testing.assert_allclose(
        features.predict(X), X @ model.layers[0].kernel + model.layers[0].bias, rtol=1e-5
    )


def test_an_inner_model_changed_since_cannot_be_written(tmp_path):
    inner = Sequential([Input((4,)), Dense(3)])
    inputs = Input((4,))
    outer = Model(inputs, inner(inputs))
    inner.add(Dense(2))
    with pytest.raises(UsageError, match="has other layers now"):
        outer.save(tmp_path / "outer.fallline")
