"""What a model adds to a step: constraints, proximal penalties, penalties on activities, schedules, mixing."""

from __future__ import annotations

import re
from typing import ClassVar

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import constraints, regularizers
from fallline.callbacks import EarlyStopping, LambdaCallback
from fallline.errors import DataError, UsageError
from fallline.layers import BatchNormalization, Dense, Dropout
from fallline.layers.mixing import MixUp
from fallline.optimizers import SGD, Adam, schedules
from fallline.optimizers.optimizer import GradientOptimizer

RNG = np.random.default_rng(8)
X = RNG.normal(size=(64, 6)).astype(np.float32)
Y = (X[:, :2] @ [2.0, -3.0]).astype(np.float32)[:, None]


def compiled(layers, optimizer=None, loss="mse", **arguments):
    model = fl.Sequential([fl.Input((6,)), *layers], seed=0)
    model.compile(optimizer or Adam(0.1), loss, **arguments)
    return model


def programs():
    return len(fl.compilation_report().programs)


class TestConstraints:
    def test_they_hold_after_every_step(self):
        seen = []

        class Norms(fl.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                seen.append(np.linalg.norm(self.model.get_weights()[0], axis=0).max())

        model = compiled([Dense(8, "tanh", kernel_constraint=constraints.MaxNorm(0.7)), Dense(1)])
        model.fit(X, Y, batch_size=10, epochs=3, verbose=0, callbacks=[Norms()])
        assert len(seen) == 21
        assert max(seen) <= 0.7 * (1 + 1e-6)
        assert max(seen) > 0.69, "it is felt"
        free = compiled([Dense(8, "tanh"), Dense(1)])
        free.fit(X, Y, batch_size=10, epochs=3, verbose=0)
        assert np.linalg.norm(free.get_weights()[0], axis=0).max() > 1

    def test_one_step_by_hand(self):
        """w - rate * gradient, then scaled to norm 1, column by column."""
        model = compiled([Dense(1, use_bias=False, kernel_constraint=constraints.UnitNorm())], SGD(0.1))
        kernel = model.get_weights()[0].astype(np.float64)
        moved = kernel - 0.1 * 2 * X.T @ (X @ kernel - Y) / 64
        model.fit(X, Y, batch_size=64, verbose=0)
        np.testing.assert_allclose(model.get_weights()[0], moved / np.linalg.norm(moved), rtol=1e-4)

    def test_the_best_weights_fulfil_them(self):
        layer = Dense(1, kernel_constraint=constraints.NonNeg(), bias_constraint=constraints.NonNeg())
        model = compiled([layer])
        stopping = EarlyStopping(patience=2, restore_best_weights=True)
        model.fit(X, Y, epochs=30, verbose=0, validation_split=0.25, callbacks=[stopping])
        kernel, bias = model.get_weights()
        assert kernel.min() == 0 <= bias.min()
        assert kernel[0] > 1

    def test_batch_normalisation_and_shared_layers(self):
        norm = BatchNormalization(gamma_constraint=constraints.MinMaxNorm(0, 0.5))
        box = Dense(6, "tanh", kernel_constraint=constraints.MaxNorm(0.5))
        model = compiled([norm, box, box, Dense(1)])
        model.fit(X, Y, epochs=2, verbose=0)
        assert np.linalg.norm(norm.gamma) <= 0.5 * (1 + 1e-6)
        assert np.linalg.norm(box.kernel, axis=0).max() <= 0.5 * (1 + 1e-6)

    def test_other_bounds_do_not_compile(self):
        def fit(bound):
            compiled([Dense(1, kernel_constraint=constraints.MaxNorm(bound))]).fit(X, Y, verbose=0)

        fit(0.3)
        before = programs()
        fit(0.9)
        assert programs() == before

    def test_a_function_of_ones_own(self):
        layer = Dense(1, kernel_constraint=lambda w: jnp.round(w * 4) / 4)
        model = compiled([layer])
        model.fit(X, Y, verbose=0)
        np.testing.assert_array_equal(model.get_weights()[0] * 4 % 1, 0)


class TestProximal:
    def test_it_gives_exact_zeros_where_the_gradient_form_does_not(self):
        counts = {}
        for proximal in (True, False):
            penalty = regularizers.L1(0.2, proximal=proximal)
            model = compiled([Dense(1, kernel_regularizer=penalty)], SGD(0.05))
            model.fit(X, Y, batch_size=16, epochs=60, verbose=0)
            kernel = model.get_weights()[0][:, 0]
            counts[proximal] = int((kernel == 0).sum())
            assert abs(kernel[0]) > 1 < abs(kernel[1]), "what matters stays"
        assert counts == {True: 4, False: 0}

    def test_one_step_by_hand(self):
        model = compiled(
            [Dense(1, use_bias=False, kernel_regularizer=regularizers.L1(2.0, proximal=True))], SGD(0.1)
        )
        kernel = model.get_weights()[0].astype(np.float64)
        moved = kernel - 0.1 * 2 * X.T @ (X @ kernel - Y) / 64
        model.fit(X, Y, batch_size=64, verbose=0)
        expected = np.sign(moved) * np.maximum(np.abs(moved) - 0.1 * 2.0, 0)
        np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-4, atol=1e-7)
        assert 0 < (expected == 0).sum() < 6


class TestActivities:
    def test_the_loss_is_penalised_per_row(self):
        layer = Dense(3, activity_regularizer=regularizers.L2(0.5))
        model = compiled([layer, Dense(1)], SGD(0.0), metrics=["mse"])
        hidden = X @ model.get_weights()[0]
        penalty = 0.5 * np.sum(hidden**2) / 64
        error = np.mean((model.predict(X) - Y) ** 2)
        loss, mse = model.evaluate(X, Y)
        assert (loss, mse) == pytest.approx((error + penalty, error), rel=1e-5)
        # The mean over rows: the batch size does not matter.
        for size in (64, 16):
            history = model.fit(X, Y, batch_size=size, verbose=0, validation_data=(X, Y)).history
            assert history["loss"] == pytest.approx([error + penalty], rel=1e-5)
            assert history["val_loss"] == pytest.approx([error + penalty], rel=1e-5)

    def test_a_penalised_softmax_is_not_taken_over(self):
        layer = Dense(3, "softmax", activity_regularizer=regularizers.L1(1.0))
        model = compiled([layer], SGD(0.0), "sparse_categorical_crossentropy")
        kinds = X[:, :3].argmax(1)
        chances = model.predict(X)
        expected = -np.log(chances[np.arange(64), kinds]).mean() + 1.0, 1e-5
        assert model.evaluate(X, kinds) == pytest.approx(expected[0], rel=expected[1])


class TestSchedules:
    def test_a_schedule_as_dropout_rate(self):
        """It is 0 for the first 2 steps, then 1: from then on nothing passes."""
        rate = schedules.PiecewiseConstantDecay([1], [0.0, 1.0])
        model = compiled([Dropout(rate), Dense(1)], SGD(0.0))
        plain = compiled([Dropout(0.0), Dense(1)], SGD(0.0)).fit(X, Y, batch_size=64, epochs=1, verbose=0)
        losses = model.fit(X, Y, batch_size=64, epochs=4, verbose=0).history["loss"]
        nothing = float(np.mean(Y**2))
        assert losses[:2] == plain.history["loss"] * 2
        np.testing.assert_allclose(losses[2:], nothing, rtol=1e-5)

    def test_a_schedule_as_momentum(self):
        """Against the recursion by hand: v <- m v - rate g, with m = 0, 0.1, 0.2, ..."""
        momentum = schedules.PolynomialDecay(0.0, 10, 1.0, 1.0)
        layer = Dense(1, use_bias=False)
        model = compiled([layer], SGD(0.01, momentum=momentum))
        kernel = model.get_weights()[0].astype(np.float64)
        velocity = np.zeros_like(kernel)
        for step in range(6):
            gradient = 2 * X.T @ (X @ kernel - Y) / 64
            velocity = step / 10 * velocity - 0.01 * gradient
            kernel = kernel + velocity
        model.fit(X, Y, batch_size=64, epochs=6, verbose=0)
        np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=1e-5)

    def test_a_constant_schedule_is_the_number(self):
        """To rounding: another program computes it."""
        same = schedules.PiecewiseConstantDecay([3], [0.4, 0.4])
        for build in (
            lambda number: compiled([Dropout(number), Dense(1)], SGD(0.01)),
            lambda number: compiled([Dense(1)], SGD(0.01, momentum=number)),
            lambda number: compiled([Dense(1, kernel_regularizer=regularizers.L2(number))], SGD(0.01)),
        ):
            one, two = build(0.4), build(same)
            first, second = (model.fit(X, Y, verbose=0, epochs=3).history["loss"] for model in (one, two))
            np.testing.assert_allclose(first, second, rtol=1e-5)
            np.testing.assert_allclose(one.get_weights()[-2], two.get_weights()[-2], rtol=1e-4, atol=1e-6)

    def test_other_numbers_in_a_schedule_do_not_compile(self):
        def fit(end, momentum):
            rate = schedules.PolynomialDecay(0.0, 10, end)
            rising = schedules.PolynomialDecay(0.1, 10, momentum)
            model = compiled([Dropout(rate), Dense(1)], SGD(0.01, momentum=rising))
            model.fit(X, Y, verbose=0)
            model.predict(X)
            model.evaluate(X, Y)
            return model

        fit(0.5, 0.9)
        before = programs()
        fit(0.2, 0.7)
        assert programs() == before

    def test_a_model_with_schedules_can_be_saved(self, tmp_path):
        rate = schedules.PolynomialDecay(0.0, 10, 0.5)
        model = compiled([Dropout(rate), Dense(1)], SGD(0.01, momentum=schedules.RisingMomentum(0.9)))
        model.fit(X, Y, verbose=0)
        model.save(tmp_path / "m")
        loaded = fl.load_model(tmp_path / "m")
        assert isinstance(loaded.layers[0].rate, schedules.PolynomialDecay)
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
        loaded.fit(X, Y, verbose=0)


class TestMixing:
    def test_alpha_of_zero_changes_nothing_and_another_does(self):
        plain, none, mixed = (
            compiled([Dense(4, "tanh"), Dense(1)], SGD(0.05), mixing=mixing)
            for mixing in (None, MixUp(0.0), MixUp(1.0))
        )
        losses = [model.fit(X, Y, verbose=0, epochs=3).history["loss"] for model in (plain, none, mixed)]
        np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
        assert np.abs(np.subtract(losses[0], losses[2])).max() > 0.1

    def test_only_training_is_mixed(self):
        model = compiled([Dense(1)], SGD(0.0), mixing=MixUp(1.0))
        plain = compiled([Dense(1)], SGD(0.0))
        history = model.fit(X, Y, verbose=0, validation_data=(X, Y)).history
        assert history["val_loss"] == pytest.approx([plain.evaluate(X, Y)], rel=1e-6)
        assert model.evaluate(X, Y) == pytest.approx(plain.evaluate(X, Y), rel=1e-6)
        assert history["loss"][0] != pytest.approx(plain.evaluate(X, Y), rel=1e-3)

    def test_another_alpha_does_not_compile_and_it_is_saved(self, tmp_path):
        compiled([Dense(1)], mixing=MixUp(0.2)).fit(X, Y, verbose=0)
        before = programs()
        model = compiled([Dense(1)], mixing=MixUp(0.7))
        model.fit(X, Y, verbose=0)
        assert programs() == before
        model.save(tmp_path / "m")
        mixing = fl.load_model(tmp_path / "m").compile_arguments()["mixing"]
        assert isinstance(mixing, MixUp)
        assert float(mixing.alpha) == pytest.approx(0.7)

    def test_several_inputs_outputs_and_weights(self):
        a, b = fl.Input((6,)), fl.Input((6,))
        model = fl.Model([a, b], [Dense(1, name="p")(a + b), Dense(2, "softmax", name="q")(a)], seed=0)
        losses = {"p": "mse", "q": "sparse_categorical_crossentropy"}
        model.compile("adam", losses, mixing=MixUp(0.4), metrics={"q": "accuracy"})
        targets, weight = [Y, (Y[:, 0] > 0).astype(int)], np.ones(64)
        plain = model.fit([X, X], targets, verbose=0, epochs=20).history
        assert plain["loss"][-1] < plain["loss"][0]
        weighted = model.fit([X, X], targets, verbose=0, sample_weight={"q": weight}).history
        assert np.isfinite(weighted["loss"]).all()

    @pytest.mark.parametrize("mixing", ["mixupp", 0.2, MixUp, object(), fl.layers.Dense(1)])
    def test_what_mixes_nothing(self, mixing):
        with pytest.raises(UsageError, match="mixing"):
            compiled([Dense(1)], mixing=mixing)

    def test_a_name_is_enough(self):
        mixing = compiled([Dense(1)], mixing="mix_up").compile_arguments()["mixing"]
        assert isinstance(mixing, MixUp)

    def test_categories_cannot_be_mixed(self):
        x = fl.Input((1,), dtype="int32")
        model = fl.Model(x, Dense(1)(fl.layers.Flatten()(fl.layers.Embedding(3, 2)(x))))
        model.compile("sgd", "mse", mixing=MixUp(0.2))
        with pytest.raises(DataError, match="categories cannot be mixed"):
            model.fit(np.zeros((64, 1), int), Y, verbose=0)


@fl.tree
class Whole(GradientOptimizer):
    """Plain descent that wants all rows."""

    full_batch: ClassVar[str | None] = "because it says so"

    def init_slots(self, params):
        return {}

    def update(self, gradients, state, params):
        import jax

        state = type(state)(state.step + 1, state.slots)
        return jax.tree.map(lambda p, g: p - 0.1 * g, params, gradients), state


class TestOptimizersOfOnesOwn:
    def test_one_that_needs_all_rows_refuses_less(self):
        optimizer = fl.optimizers.RProp()
        assert optimizer.full_batch is not None
        model = compiled([Dense(1)], optimizer)
        with pytest.raises(UsageError, match=re.escape("Pass batch_size=64 (got 32)")):
            model.fit(X, Y, verbose=0)
        model.fit(X, Y, batch_size=64, verbose=0)
        model.fit(X, Y, batch_size=48, validation_split=0.25, verbose=0)
        model.train_on_batch(X[:10], Y[:10])

    def test_a_small_class_of_ones_own(self):
        model = fl.Sequential([fl.Input((6,)), Dense(1, use_bias=False)], seed=0)
        fl.optimizers.optimizers.register()(Whole)
        try:
            model.compile(Whole(), "mse")
            kernel = model.get_weights()[0].astype(np.float64)
            with pytest.raises(UsageError, match="Whole needs all rows in each step: because it says so"):
                model.fit(X, Y, verbose=0)
            model.fit(X, Y, batch_size=1000, verbose=0)
        finally:
            del fl.optimizers.optimizers._classes["Whole"], fl.optimizers.optimizers._makers["Whole"]
        moved = kernel - 0.1 * 2 * X.T @ (X @ kernel - Y) / 64
        np.testing.assert_allclose(model.get_weights()[0], moved, rtol=1e-5)


def test_a_callback_sees_the_weights_of_all_models_that_share_them():
    shared = Dense(4)
    other = fl.Sequential([fl.Input((6,)), shared], seed=0)
    model = compiled([shared, Dense(1)])
    seen = []
    looker = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(other.get_weights()[0]))
    model.fit(X, Y, verbose=0, epochs=3, callbacks=[looker])
    assert not np.array_equal(seen[0], seen[1])
    np.testing.assert_array_equal(seen[2], model.get_weights()[0])
