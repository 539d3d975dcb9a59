"""The model's verbs: what fit computes, that it repeats, what it compiles, how it ends."""

from __future__ import annotations

import dataclasses
import importlib
import signal
import threading

import numpy as np
import polars as pl
import pytest

import fallline as fl
from fallline.callbacks import Callback, EarlyStopping, LambdaCallback
from fallline.engine import run as engine_run
from fallline.errors import (
    DataError,
    NotReadyError,
    ShapeError,
    TrainingWarning,
    UnknownNameError,
    UsageError,
)
from fallline.layers import BatchNormalization, Dense, Dropout, Flatten
from fallline.optimizers import SGD, Adam
from fallline.regularizers import L2

ROWS, FEATURES = 100, 3
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, FEATURES)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5] + 0.3).astype(np.float32)
CLASSES = (Y > 0).astype(np.int64)


def linear(optimizer="sgd", **compile_arguments):
    """A linear model with the squared error, whose training a few lines of NumPy repeat."""
    model = fl.Sequential([fl.Input((FEATURES,)), Dense(1)], seed=0)
    model.compile(optimizer, "mse", **compile_arguments)
    return model


def deep(rate=0.2, optimizer=None, seed=1, penalty=0.01):
    """A classifier with everything that draws or carries numbers."""
    model = fl.Sequential(
        [
            fl.Input((FEATURES,)),
            Dense(8, activation="tanh", kernel_regularizer=L2(penalty)),
            Dropout(rate),
            Dense(2, "softmax"),
        ],
        seed=seed,
    )
    model.compile(optimizer or Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def descend(batches, epochs, rate=0.05, weight=None):
    """Gradient descent on the mean squared error of a linear model, in float64, by hand.

    Returns:
        Weights, bias, and the loss of each epoch: the mean over all its rows, each batch before its update.
    """
    kernel, bias = (array.astype(np.float64) for array in linear().get_weights())
    x, y = X.astype(np.float64), Y.astype(np.float64)[:, None]
    weight = np.ones((len(x), 1)) if weight is None else np.asarray(weight, np.float64)[:, None]
    losses = []
    for _ in range(epochs):
        total, rows = 0.0, 0
        for batch in batches:
            error = x[batch] @ kernel + bias - y[batch]
            n = len(x[batch])
            total, rows = total + np.sum(weight[batch] * error**2), rows + n
            slope = 2 * weight[batch] * error / n
            kernel, bias = kernel - rate * x[batch].T @ slope, bias - rate * slope.sum(0)
        losses.append(total / rows)
    return kernel, bias, losses


BATCHES = [slice(0, 32), slice(32, 64), slice(64, 96), slice(96, 100)]


def bits(model, history):
    return [array.tobytes() for array in (*model.get_weights(), *history.values.values())]


@pytest.fixture(scope="module")
def unwatched():
    model = deep()
    return bits(model, model.fit(X, CLASSES, verbose=0, epochs=3, validation_split=0.2))


def programs():
    return len(fl.compilation_report().programs)


class PressesCtrlC(Callback):
    """Presses Ctrl-C at the first boundary, and counts those that come."""

    def __init__(self):
        super().__init__()
        self.boundaries = 0

    def on_boundary(self, boundary):
        self.boundaries += 1
        if self.boundaries == 1:
            signal.raise_signal(signal.SIGINT)


class TestWhatFitComputes:
    @pytest.mark.parametrize(
        ("batch_size", "batches"),
        [
            (32, BATCHES),
            (1, [slice(i, i + 1) for i in range(ROWS)]),
            (100, [slice(None)]),
            (10**6, [slice(None)]),
        ],
        ids=["short last batch of 4", "one row a step", "full batch", "more than the rows"],
    )
    @pytest.mark.parametrize("weighted", [False, True])
    def test_gradient_descent_by_hand(self, batch_size, batches, weighted):
        weight = np.random.default_rng(1).uniform(0, 3, ROWS) if weighted else None
        model = linear(SGD(0.05))
        history = model.fit(X, Y, batch_size, epochs=3, verbose=0, shuffle=False, sample_weight=weight)
        kernel, bias, losses = descend(batches, 3, weight=weight)
        np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=2e-6, atol=2e-7)
        np.testing.assert_allclose(model.get_weights()[1], bias, rtol=2e-6, atol=2e-7)
        np.testing.assert_allclose(history.history["loss"], losses, rtol=3e-6, atol=1e-9)

    def test_batch_statistics_of_the_short_batch_are_its_own(self):
        """Moving averages by their definition (momentum 0.9), over two epochs of 32, 32, 32 and 4 rows."""
        model = fl.Sequential([fl.Input((FEATURES,)), BatchNormalization(momentum=0.9), Dense(1)], seed=0)
        model.compile(SGD(0.01), "mse")
        x = X + np.float32([0, 5, -3])
        model.fit(x, Y, 32, epochs=2, verbose=0, shuffle=False)
        mean, variance = np.zeros(FEATURES), np.ones(FEATURES)
        for batch in BATCHES * 2:
            part = x[batch].astype(np.float64)
            mean, variance = 0.9 * mean + 0.1 * part.mean(0), 0.9 * variance + 0.1 * part.var(0)
        gamma, beta, moving_mean, moving_variance = model.get_weights()[:4]
        np.testing.assert_allclose(moving_mean, mean, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(moving_variance, variance, rtol=1e-5)
        assert np.ptp(gamma) > 0
        assert np.ptp(beta) > 0

    def test_weights_count_rows(self):
        """The sum is divided by the rows, so weights 2 and 0 that add up to the rows repeat and remove exactly."""
        weight = np.ones(ROWS)
        weight[:10], weight[10:20] = 2, 0
        index = np.r_[0:10, 0:10, 20:ROWS]
        one, two = linear(), linear()
        first = one.fit(X, Y, ROWS, epochs=3, verbose=0, sample_weight=weight)
        second = two.fit(X[index], Y[index], ROWS, epochs=3, verbose=0)
        np.testing.assert_allclose(first.history["loss"], second.history["loss"], rtol=1e-6)
        np.testing.assert_allclose(one.get_weights()[0], two.get_weights()[0], rtol=1e-6, atol=1e-7)
        assert one.evaluate(X, Y, sample_weight=weight) == pytest.approx(
            two.evaluate(X[index], Y[index]), rel=1e-6
        )

    def test_class_weights_are_sample_weights(self):
        by_class, by_row = deep(), deep()
        first = by_class.fit(X, CLASSES, verbose=0, epochs=2, class_weight={0: 0.5, 1: 3})
        second = by_row.fit(X, CLASSES, verbose=0, epochs=2, sample_weight=np.where(CLASSES == 1, 3, 0.5))
        assert bits(by_class, first) == bits(by_row, second)

    def test_weights_do_not_weigh_plain_metrics(self):
        weight = np.where(CLASSES == 1, 1.0, 0.0)
        model = deep()
        model.compile(
            "sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["acc"]
        )
        results = model.evaluate(X, CLASSES, sample_weight=weight, return_dict=True)
        right = model.predict(X).argmax(1) == CLASSES
        assert results["accuracy"] == pytest.approx(right.mean(), rel=1e-6)
        assert results["acc"] == pytest.approx(right[CLASSES == 1].mean(), rel=1e-6)

    @pytest.mark.parametrize(
        "form", [lambda a: a.tolist(), pl.DataFrame, lambda a: a.astype(np.float64), lambda a: a]
    )
    def test_the_container_changes_nothing(self, form):
        expected, model = linear(), linear()
        one = expected.fit(X, Y, verbose=0)
        two = model.fit(form(X), Y.tolist() if isinstance(form(X), list) else Y[:, None], verbose=0)
        assert bits(expected, one) == bits(model, two)

    def test_images_of_bytes(self):
        """uint8 pixels train as the same numbers do in float32."""
        images = np.random.default_rng(0).integers(0, 256, (64, 4, 4), np.uint8)
        labels = images.mean((1, 2)) > 127

        def trained(x):
            model = fl.Sequential([fl.Input((4, 4)), Flatten(), Dense(1, "sigmoid")], seed=0)
            model.compile(SGD(1e-4), "binary_crossentropy", metrics=["accuracy"])
            return bits(model, model.fit(x, labels, verbose=0, epochs=2))

        assert trained(images) == trained(images.astype(np.float32))

    def test_steps_per_epoch_go_on_where_the_last_epoch_ended(self):
        model = linear(SGD(0.05))
        model.fit(X, Y, 25, epochs=4, steps_per_epoch=2, verbose=0, shuffle=False)
        quarters = [slice(first, first + 25) for first in range(0, 100, 25)]
        kernel, _, _ = descend(quarters, 2)
        np.testing.assert_allclose(model.get_weights()[0], kernel, rtol=2e-6, atol=2e-7)


class TestValidation:
    def test_a_split_is_the_last_rows_and_equals_evaluate(self):
        split, given = deep(), deep()
        one = split.fit(X, CLASSES, verbose=0, epochs=2, validation_split=0.25)
        two = given.fit(X[:75], CLASSES[:75], verbose=0, epochs=2, validation_data=(X[75:], CLASSES[75:]))
        assert bits(split, one) == bits(given, two)
        loss, accuracy = split.evaluate(X[75:], CLASSES[75:])
        assert loss == pytest.approx(one.history["val_loss"][-1], rel=1e-6)
        assert accuracy == one.history["val_accuracy"][-1]

    def test_weights_of_validation_rows(self):
        model, weight = linear(), np.linspace(0, 2, ROWS)
        history = model.fit(X, Y, verbose=0, validation_data=(X, Y, weight))
        assert history.history["val_loss"][0] == pytest.approx(
            model.evaluate(X, Y, sample_weight=weight), rel=1e-6
        )
        error = (model.predict(X)[:, 0] - Y) ** 2
        assert history.history["val_loss"][0] == pytest.approx(np.mean(weight * error), rel=1e-5)

    def test_validation_steps_take_the_first_batches(self):
        model = linear()
        history = model.fit(
            X, Y, verbose=0, validation_data=(X, Y), validation_steps=2, validation_batch_size=7
        )
        assert history.history["val_loss"][0] == pytest.approx(model.evaluate(X[:14], Y[:14]), rel=1e-6)

    def test_every_second_epoch(self):
        every = linear().fit(X, Y, verbose=0, epochs=5, validation_data=(X, Y)).history["val_loss"]
        second = linear().fit(X, Y, verbose=0, epochs=5, validation_data=(X, Y), validation_freq=2)
        assert second.history["val_loss"] == pytest.approx([every[1], every[3]], rel=1e-6)
        assert len(second.history["loss"]) == 5
        assert np.isnan(second.values["val_loss"][[0, 2, 4]]).all()

    def test_early_stopping_with_every_second_epoch_counts_validations(self):
        """Nothing improves on the first validation (epoch 2); patience 2 is over at epochs 4 and 6."""
        model = linear(SGD(0.0))
        stopping = EarlyStopping(patience=2)
        history = model.fit(
            X, Y, verbose=0, epochs=20, validation_data=(X, Y), validation_freq=2, callbacks=[stopping]
        )
        assert history.outcome.kind == "early_stopped"
        assert (len(history.history["loss"]), len(history.history["val_loss"])) == (6, 3)

    def test_evaluate_gives_the_loss_first_and_metrics_in_order(self):
        model = linear(metrics=["mse", "mae"], weighted_metrics=["RootMeanSquaredError"])
        error = model.predict(X)[:, 0].astype(np.float64) - Y
        expected = [np.mean(error**2), np.mean(error**2), np.mean(np.abs(error)), np.sqrt(np.mean(error**2))]
        assert model.evaluate(X, Y) == pytest.approx(expected, rel=1e-5)
        assert list(model.evaluate(X, Y, return_dict=True)) == ["loss", "mse", "mae", "RootMeanSquaredError"]
        assert isinstance(linear().evaluate(X, Y), float)

    def test_batch_size_of_evaluate_changes_nothing(self):
        model = deep()
        results = [model.evaluate(X, CLASSES, batch_size=size) for size in (None, 1, 7, 100, 1000)]
        for result in results[1:]:
            assert result == pytest.approx(results[0], rel=1e-6)

    def test_accuracy_beside_a_loss_of_ones_own_on_class_numbers(self):
        """The targets say what accuracy means: class numbers (n,) or (n, 1), or one-hot rows."""

        def own(y, p):
            return fl.losses.sparse_categorical_crossentropy(y, p)

        def own_rows(y, p):
            return fl.losses.categorical_crossentropy(y, p)

        for loss, targets in ((own, CLASSES), (own, CLASSES[:, None]), (own_rows, np.eye(2)[CLASSES])):
            model = deep()
            model.compile("sgd", loss, metrics=["accuracy"])
            history = model.fit(X, targets, verbose=0, validation_data=(X, targets)).history
            right = (model.predict(X).argmax(1) == CLASSES).mean()
            assert history["val_accuracy"] == pytest.approx([right], rel=1e-6)
            assert model.evaluate(X, targets)[1] == pytest.approx(right, rel=1e-6)

    def test_a_metric_with_several_values(self):
        model = fl.Sequential([fl.Input((FEATURES,)), Dense(1, "sigmoid")], seed=0)
        thresholds = [0.3, 0.5, 0.7]
        seen: list[object] = []
        looker = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["precision"]))
        precision = fl.metrics.Precision(thresholds=thresholds)
        model.compile(SGD(0.0), "binary_crossentropy", metrics=[precision])
        history = model.fit(
            X, CLASSES, verbose=0, epochs=2, validation_data=(X, CLASSES), callbacks=[looker]
        ).history
        chances = model.predict(X)[:, 0]
        expected = [CLASSES[chances > threshold].mean() for threshold in thresholds]
        np.testing.assert_allclose(history["precision"], [expected] * 2, rtol=1e-6)
        np.testing.assert_allclose(history["val_precision"], [expected] * 2, rtol=1e-6)
        assert seen == history["precision"]
        loss, values = model.evaluate(X, CLASSES)
        assert isinstance(loss, float)
        np.testing.assert_allclose(values, expected, rtol=1e-6)

    @pytest.mark.parametrize("reduction", ["sum", "mean_with_sample_weight"])
    def test_reductions_that_depend_on_the_batches_take_kerass_batches(self, reduction):
        """Weighted by rows, the losses of batches of 32 rows (or those asked for), by hand."""
        model, weight = linear(), np.linspace(0, 2, ROWS)
        model.compile(SGD(0.0), fl.losses.MeanSquaredError(reduction=reduction))
        error = (model.predict(X)[:, 0].astype(np.float64) - Y) ** 2 * weight

        def expected(size):
            parts = [slice(first, first + size) for first in range(0, ROWS, size)]
            of = {
                "sum": lambda p: error[p].sum(),
                "mean_with_sample_weight": lambda p: error[p].sum() / weight[p].sum(),
            }
            return sum(of[reduction](part) * len(error[part]) for part in parts) / ROWS

        assert expected(32) != pytest.approx(expected(25), rel=1e-3)
        assert model.evaluate(X, Y, sample_weight=weight) == pytest.approx(expected(32), rel=1e-5)
        assert model.evaluate(X, Y, 25, sample_weight=weight) == pytest.approx(expected(25), rel=1e-5)
        for size, given in ((32, {}), (25, {"batch_size": 25}), (20, {"validation_batch_size": 20})):
            history = model.fit(X, Y, verbose=0, validation_data=(X, Y, weight), **given).history
            assert history["val_loss"] == pytest.approx([expected(size)], rel=1e-5)

    def test_early_stopping_knows_the_direction_of_a_metric_by_itself(self):
        """Not by its name: an AUC called "score" rises, an error called "accurate" falls."""
        rising = fl.metrics.AUC(name="score")
        falling = fl.metrics.MeanAbsoluteError(name="accurate")
        for metric in (rising, falling):
            model = fl.Sequential([fl.Input((FEATURES,)), Dense(1, "sigmoid")], seed=0)
            model.compile(SGD(0.1), "binary_crossentropy", metrics=[metric])
            stopping = EarlyStopping(metric.name, patience=1, restore_best_weights=True)
            history = model.fit(X, CLASSES, verbose=0, epochs=6, callbacks=[stopping])
            values = history.history[metric.name]
            best = np.argmax(values) if metric is rising else np.argmin(values)
            assert history.outcome.best_epoch == best > 0

    def test_early_stopping_on_a_function_of_ones_own_asks_for_the_mode(self):
        def gain(y_true, y_pred):
            return -((y_true - y_pred) ** 2)

        model = linear(metrics=[gain])
        with pytest.raises(UsageError, match='"val_gain" is better; pass mode="max" or mode="min"'):
            model.fit(X, Y, verbose=0, validation_split=0.2, callbacks=[EarlyStopping("val_gain")])
        stopping = EarlyStopping("gain", mode="max")
        assert model.fit(X, Y, verbose=0, epochs=2, callbacks=[stopping]).outcome.kind == "completed"

    def test_class_weights_do_not_weigh_validation(self):
        plain, weighted = deep(rate=0.0, optimizer=SGD(0.0)), deep(rate=0.0, optimizer=SGD(0.0))
        one = plain.fit(X, CLASSES, verbose=0, validation_split=0.4).history
        two = weighted.fit(X, CLASSES, verbose=0, validation_split=0.4, class_weight={1: 9.0}).history
        assert one["val_loss"] == two["val_loss"]
        assert one["loss"][0] < two["loss"][0]

    def test_steps_of_evaluate_and_predict_take_the_first_batches(self):
        """Positions are Keras's: x, y, batch_size, verbose, sample_weight, steps, callbacks, return_dict."""
        model = linear()
        assert model.evaluate(X, Y, 7, 0, None, 2, None, True) == {
            "loss": pytest.approx(model.evaluate(X[:14], Y[:14]), rel=1e-6)
        }
        assert model.evaluate(X, Y, steps=1) == pytest.approx(model.evaluate(X[:32], Y[:32]), rel=1e-6)
        np.testing.assert_array_equal(model.predict(X, 7, 0, 2), model.predict(X[:14]))
        assert len(model.predict(X, steps=3)) == 96
        assert len(model.predict(X, steps=9)) == ROWS

    @pytest.mark.parametrize("arguments", [{"steps": 0}, {"steps": 1.5}, {"callbacks": [LambdaCallback()]}])
    def test_what_evaluate_and_predict_cannot_do(self, arguments):
        for verb in (lambda: linear().evaluate(X, Y, **arguments), lambda: linear().predict(X, **arguments)):
            with pytest.raises(UsageError, match=next(iter(arguments))):
                verb()


class TestRepeating:
    def test_a_seed_decides_everything(self):
        runs = []
        for seed in (1, 1, 2):
            model = deep(seed=seed)
            runs.append(bits(model, model.fit(X, CLASSES, verbose=0, epochs=3)))
        assert runs[0] == runs[1]
        assert all(one != two for one, two in zip(runs[0], runs[2], strict=True) if len(one) > 12)

    def test_a_seed_of_fit_decides_order_and_dropout(self):
        losses = [
            deep().fit(X, CLASSES, verbose=0, epochs=2, seed=seed).history["loss"] for seed in (5, 5, 6)
        ]
        assert losses[0] == losses[1] != losses[2]

    @pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
    @pytest.mark.parametrize(
        "observer",
        [
            None,
            LambdaCallback(on_epoch_end=lambda epoch, logs: None),
            LambdaCallback(on_train_batch_end=lambda b, logs: None),
        ],
        ids=["boundary", "epoch", "step"],
    )
    def test_who_looks_changes_nothing(self, verbose, observer, unwatched):
        model = deep()
        watched = model.fit(
            X,
            CLASSES,
            verbose=verbose,
            epochs=3,
            validation_split=0.2,
            callbacks=[observer] if observer else None,
        )
        assert bits(model, watched) == unwatched

    def test_a_second_fit_goes_on(self):
        """Adam's moments and step count are kept: twice five epochs are ten, bitwise."""
        whole, parts = linear(Adam(0.01)), linear(Adam(0.01))
        ten = whole.fit(X, Y, epochs=10, verbose=0, shuffle=False)
        five = parts.fit(X, Y, epochs=5, verbose=0, shuffle=False)
        rest = parts.fit(X, Y, epochs=10, initial_epoch=5, verbose=0, shuffle=False)
        assert five.history["loss"] + rest.history["loss"] == ten.history["loss"]
        assert (five.epoch, rest.epoch) == ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])
        for one, two in zip(whole.get_weights(), parts.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)

    def test_a_second_fit_shuffles_anew(self):
        model = linear(SGD(0.0))
        losses: list[float] = []
        looker = LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]))
        model.fit(X, Y, verbose=0, callbacks=[looker])
        model.fit(X, Y, verbose=0, callbacks=[looker])
        orders = losses[:4], losses[4:]
        assert orders[0] != orders[1]
        assert orders[0][-1] == pytest.approx(orders[1][-1], rel=1e-5)

    def test_setting_weights_or_compiling_starts_the_optimizer_afresh(self):
        model = linear(Adam(0.01))
        start = model.get_weights()
        first = model.fit(X, Y, verbose=0, shuffle=False).history
        model.set_weights(start)
        assert model.fit(X, Y, verbose=0, shuffle=False).history == first
        model.compile(Adam(0.01), "mse")
        model.set_weights(start)
        assert model.fit(X, Y, verbose=0, shuffle=False).history == first


class TestCompiling:
    def test_new_numbers_never_compile(self):
        def fit(model, **arguments):
            model.fit(X, CLASSES, verbose=0, validation_split=0.2, **arguments)
            model.evaluate(X, CLASSES)
            model.predict(X)

        fit(deep(), epochs=2, class_weight={0: 1}, callbacks=[EarlyStopping(patience=1)])
        before = programs()
        other = deep(
            rate=0.5, optimizer=Adam(0.5, beta_1=0.5, beta_2=0.9, epsilon=1e-3), seed=99, penalty=3.0
        )
        stopping = EarlyStopping(patience=7, min_delta=0.1, start_from_epoch=2)
        fit(other, epochs=4, class_weight={1: 7.0}, callbacks=[stopping], initial_epoch=1)
        assert programs() == before
        fit(deep(), epochs=2, class_weight={0: 1}, callbacks=[EarlyStopping(patience=1)], batch_size=16)
        assert programs() > before, "another batch size is another program"

    def test_weights_from_outside_do_not_compile(self, tmp_path):
        model = deep()
        model.fit(X, CLASSES, verbose=0)
        model.predict(X)
        model.evaluate(X, CLASSES)
        model.save(tmp_path / "model")
        before = programs()
        for other in (deep(), fl.load_model(tmp_path / "model")):
            other.set_weights(model.get_weights())
            np.testing.assert_array_equal(other.predict(X), model.predict(X))
            assert other.evaluate(X, CLASSES) == model.evaluate(X, CLASSES)
            other.fit(X, CLASSES, verbose=0)
        assert programs() == before

    def test_the_number_of_rows_to_predict_seldom_compiles(self):
        model = linear()
        model.predict(X[:64])
        before = programs()
        for rows in (33, 40, 63, 64):
            assert model.predict(X[:rows]).shape == (rows, 1)
        assert programs() == before


class TestPredict:
    @pytest.mark.parametrize("rows", [1, 2, 5000])
    def test_rows_in_their_order(self, rows):
        x = np.random.default_rng(2).normal(size=(rows, FEATURES)).astype(np.float32)
        model = linear()
        kernel, bias = model.get_weights()
        outputs = model.predict(x)
        assert (outputs.shape, outputs.dtype) == ((rows, 1), np.float32)
        np.testing.assert_allclose(outputs, x.astype(np.float64) @ kernel + bias, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(model.predict(x, batch_size=3), outputs) if rows < 100 else None

    def test_the_answer_is_the_users_own(self):
        model = linear()
        model.predict(X)[:] = 7
        assert not (model.predict(X) == 7).any()

    def test_probabilities_although_the_loss_takes_logits(self):
        outputs = deep().predict(X)
        np.testing.assert_allclose(outputs.sum(1), 1, rtol=1e-6)

    def test_without_compiling(self):
        model = fl.Sequential([fl.Input((FEATURES,)), Dense(2, "softmax")], seed=0)
        np.testing.assert_allclose(model.predict(X).sum(1), 1, rtol=1e-6)

    def test_nothing_to_predict(self):
        with pytest.raises(DataError, match=r"x must have at least one row; got shape \(0, 3\)"):
            linear().predict(X[:0])


class TestWeights:
    def test_they_come_in_keras_order(self):
        layers = [fl.Input((3,)), Dense(4), BatchNormalization(), Dense(2, use_bias=False)]
        model = fl.Sequential(layers, seed=0)
        # Keras 3: Dense kernel, bias; BatchNormalization gamma, beta, moving_mean, moving_variance.
        assert [array.shape for array in model.get_weights()] == [
            (3, 4),
            (4,),
            (4,),
            (4,),
            (4,),
            (4,),
            (4, 2),
        ]
        values = [np.full(array.shape, index, np.float32) for index, array in enumerate(model.get_weights())]
        model.set_weights(values)
        params, state = model.run_variables.params, model.run_variables.state
        assert [float(params["batch_normalization"][name][0]) for name in ("gamma", "beta")] == [2, 3]
        moving = state["batch_normalization"]
        assert [float(moving[name][0]) for name in ("moving_mean", "moving_variance")] == [4, 5]
        for given, kept in zip(values, model.get_weights(), strict=True):
            np.testing.assert_array_equal(kept, given)
        assert model.count_params() == 12 + 4 + 16 + 8

    def test_they_are_copies(self):
        model = linear()
        taken = model.get_weights()
        taken[0][:] = 7
        given = [np.ones((3, 1), np.float32), np.zeros(1, np.float32)]
        assert not (model.get_weights()[0] == 7).any()
        model.set_weights(given)
        given[0][:] = 7
        np.testing.assert_array_equal(model.get_weights()[0], 1)

    def test_what_is_set_is_not_drawn_first(self):
        model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(17), fl.layers.BatchNormalization()])
        programs = len(fl.compilation_report().programs)
        given = [np.full((3, 17), 2.0, np.float32), *(np.full(17, k, np.float32) for k in range(5))]
        model.set_weights(given)
        assert len(fl.compilation_report().programs) == programs
        for one, other in zip(model.get_weights(), given, strict=True):
            np.testing.assert_array_equal(one, other)

    @pytest.mark.parametrize(
        ("weights", "error", "message"),
        [
            ([], ShapeError, "expected 2 arrays .dense/kernel, dense/bias., got 0"),
            ([np.ones((3, 1))], ShapeError, "got 1"),
            ([np.ones((1, 3)), [0]], ShapeError, r'"dense/kernel" has shape \(3, 1\), got \(1, 3\)'),
            ([np.ones((3, 1)), [0, 0]], ShapeError, r'"dense/bias" has shape \(1,\), got \(2,\)'),
            ([[["a"]] * 3, [0]], UsageError, '"dense/kernel" must hold numbers, got <U1'),
        ],
    )
    def test_that_do_not_fit(self, weights, error, message):
        model = linear()
        before = model.get_weights()
        with pytest.raises(error, match=message):
            model.set_weights(weights)
        np.testing.assert_array_equal(model.get_weights()[0], before[0])


class TestEndings:
    @pytest.mark.filterwarnings("ignore:fit. there was no epoch to train:fallline.errors.TrainingWarning")
    def test_no_epochs(self):
        model = linear()
        before = model.get_weights()
        for arguments in ({"epochs": 0}, {"epochs": 2, "initial_epoch": 5}):
            hooks = []
            seen = LambdaCallback(
                on_epoch_begin=lambda e, logs, hooks=hooks: hooks.append(e),
                on_train_end=lambda logs, hooks=hooks: hooks.append(logs),
            )
            history = model.fit(X, Y, verbose=0, callbacks=[seen], **arguments)
            assert (history.history, history.epoch, hooks) == ({}, [], [{}])
            assert history.outcome.kind == "completed"
        np.testing.assert_array_equal(model.get_weights()[0], before[0])

    def test_divergence_keeps_good_weights(self):
        model = linear(SGD(1e3))
        with pytest.warns(TrainingWarning, match="stopped being finite"):
            history = model.fit(X, Y, verbose=0, epochs=50)
        assert history.outcome.kind == "diverged"
        assert not history.outcome.successful
        assert "learning rate ten times smaller" in history.outcome.message
        assert all(np.isfinite(array).all() for array in model.get_weights())
        assert len(history.history["loss"]) == history.outcome.epoch + 1

    def test_an_interrupt_is_felt_and_keeps_the_weights(self):
        model, presses = linear(SGD(1e-4)), PressesCtrlC()
        before = model.get_weights()
        with pytest.raises(KeyboardInterrupt, match="what was trained is kept"):
            model.fit(X, Y, verbose=0, epochs=10_000_000, callbacks=[presses])
        assert presses.boundaries == 1, "it ends where it was interrupted"
        assert model.history is not None
        assert model.history.outcome.kind == "interrupted"
        assert len(model.history.history["loss"]) == model.history.outcome.epoch > 0
        assert not np.array_equal(model.get_weights()[0], before[0])
        assert np.isfinite(model.predict(X)).all()
        model.fit(X, Y, verbose=0)
        assert model.history.outcome.kind == "completed"

    @pytest.mark.parametrize("window", [1, 2])
    def test_an_interrupt_within_a_window_is_felt(self, window, monkeypatch):
        """The first or the last, while the device computes and nobody looks."""
        model = linear(SGD(1e-4))
        run = importlib.import_module("fallline.engine.run")._Run
        collect, collected = run._collect, []

        def press(*arguments):
            collected.append(arguments)
            if len(collected) == window:
                signal.raise_signal(signal.SIGINT)
            return collect(*arguments)

        monkeypatch.setattr(run, "_collect", press)
        looker = LambdaCallback(on_epoch_end=lambda epoch, logs: None)  # a window is an epoch
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, Y, verbose=0, epochs=2, callbacks=[looker])
        assert len(collected) == window
        assert model.history is not None
        assert model.history.outcome.kind == ("interrupted" if window == 1 else "completed")
        assert np.isfinite(model.predict(X)).all()

    def test_an_interrupt_in_the_last_window_is_raised_after_the_weights_are_kept(self, monkeypatch):
        model = linear()
        before = model.get_weights()[0]

        def run(*arguments, **keywords):
            return dataclasses.replace(engine_run(*arguments, **keywords), interrupted=True)

        monkeypatch.setattr("fallline.training.fitting.run", run)
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, Y, verbose=0, epochs=2)
        assert model.history is not None
        assert model.history.outcome.kind == "completed"
        assert not np.array_equal(model.get_weights()[0], before)

    def test_an_interrupt_gives_back_the_best_weights(self):
        model = linear(SGD(0.0))
        stopping = EarlyStopping("loss", patience=10**8, restore_best_weights=True)
        model.fit(X, Y, verbose=0, callbacks=[stopping])
        best = model.get_weights()
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, Y, verbose=0, epochs=10_000_000, callbacks=[stopping, PressesCtrlC()])
        np.testing.assert_array_equal(model.get_weights()[0], best[0])
        assert model.history is not None
        assert model.history.outcome.best_epoch is not None

    def test_outside_the_main_thread(self):
        results = []
        expected, model = linear(), linear()
        thread = threading.Thread(target=lambda: results.append(model.fit(X, Y, epochs=2, verbose="auto")))
        thread.start()
        thread.join()
        assert bits(model, results[0]) == bits(expected, expected.fit(X, Y, epochs=2, verbose=0))

    def test_a_failing_run_leaves_a_usable_model(self, monkeypatch):
        """Whatever the engine raises, the weights are those shown last, not memory that was given away."""
        model, shown = linear(), []

        def fail(*arguments):
            raise MemoryError("as if the device were full")

        # `fallline.engine.run` is the function of that name; the module has to be asked for.
        run = importlib.import_module("fallline.engine.run")._Run

        def look(epoch, logs):
            shown.append(model.get_weights()[0])
            monkeypatch.setattr(run, "_collect", fail)

        looker = LambdaCallback(on_epoch_end=look)
        with pytest.raises(MemoryError):
            model.fit(X, Y, verbose=0, epochs=3, callbacks=[looker])
        np.testing.assert_array_equal(model.get_weights()[0], shown[-1])
        monkeypatch.undo()
        assert len(model.fit(X, Y, verbose=0, epochs=3).history["loss"]) == 3


class TestMistakes:
    @pytest.mark.parametrize(
        "arguments",
        [
            *({"batch_size": size} for size in (0, -1, 2.5, True, "32", [32])),
            *({"epochs": epochs} for epochs in (-1, 1.5, None, "3", True)),
            {"initial_epoch": -1},
            *({"steps_per_epoch": steps} for steps in (0, -1, 2.5)),
            *({"validation_freq": freq} for freq in (0, 2.5, [], [0, 2], [1.5])),
            *({"validation_steps": steps, "validation_data": (X, Y)} for steps in (0, -1, 2.5, True)),
            *({"validation_batch_size": size} for size in (0, -1, 2.5)),
            *({"seed": seed} for seed in (-1, 1.5, "a", 2**31)),
            *({"validation_split": split} for split in (1, 1.5, -0.5, "a", 0.999)),
            *({"callbacks": callbacks} for callbacks in ([EarlyStopping], [3], Callback, (c for c in ()))),
        ],
        ids=lambda arguments: next(iter(arguments)),
    )
    def test_an_argument_that_cannot_be_is_named(self, arguments):
        with pytest.raises(UsageError, match=next(iter(arguments))) as raised:
            linear().fit(X, Y, verbose=0, **arguments)
        assert len(str(raised.value)) < 250

    @pytest.mark.parametrize(
        ("validation_data", "error", "message"),
        [
            (X, UsageError, "must be a tuple"),
            ((X, Y, Y, Y), UsageError, "must be a tuple"),
            ((X,), DataError, "validation_data: y is missing"),
            ((X, None), DataError, "validation_data: y is missing"),
            ((None, Y), DataError, "validation_data: x is missing"),
            ((X, Y[:3]), ShapeError, "validation_data: x has 100 rows and y has 3"),
            ((X[:, :2], Y), ShapeError, r"validation_data: .*takes rows of shape \(3,\)"),
            ((X, Y * np.nan), DataError, "validation_data: y holds 100 values that are not finite"),
            ((X, Y, np.ones(3)), ShapeError, "validation_data: sample_weight"),
            ((X[:0], Y[:0]), DataError, "validation_data: x must have at least one row"),
        ],
        ids=lambda value: None,
    )
    def test_validation_data_that_cannot_be(self, validation_data, error, message):
        with pytest.raises(error, match=message):
            linear().fit(X, Y, verbose=0, validation_data=validation_data)

    @pytest.mark.parametrize(
        ("x", "y", "error", "message"),
        [
            (X, None, DataError, "y is missing"),
            (None, Y, DataError, "x is missing"),
            (X, Y[:-1], ShapeError, "x has 100 rows and y has 99"),
            (X[:, :2], Y, ShapeError, r"takes rows of shape \(3,\); x has shape \(100, 2\)"),
            (X[0], Y[:3], ShapeError, r"pass x\[None\]"),
            (X, np.where(Y > 1, np.nan, Y), DataError, "y holds .* not finite, the first .nan. at row"),
            (np.where(X > 1, np.inf, X), Y, DataError, "x holds .* not finite, the first .inf. at row"),
            (X, np.array(["a", "b"] * 50), DataError, "y must hold numbers; got text"),
            (X.astype(complex), Y, DataError, "complex"),
            (X, np.eye(2)[CLASSES], DataError, r"needs targets \(n, 1\), like the output"),
        ],
        ids=lambda value: None,
    )
    def test_data_that_cannot_be(self, x, y, error, message):
        model = linear()
        for verb in (lambda: model.fit(x, y, verbose=0), lambda: model.evaluate(x, y)):
            with pytest.raises(error, match=message):
                verb()

    def test_one_hot_and_class_numbers_confused(self):
        with pytest.raises(DataError, match='one-hot targets use "categorical_crossentropy"'):
            deep().fit(X, np.eye(2)[CLASSES], verbose=0)
        model = deep()
        model.compile("adam", "categorical_crossentropy")
        with pytest.raises(DataError, match='Use "sparse_categorical_crossentropy"'):
            model.fit(X, CLASSES, verbose=0)
        with pytest.raises(
            DataError, match=r"class numbers in 0..1 .* Number the classes from 0: subtract 1"
        ):
            deep().fit(X, CLASSES + 1, verbose=0)

    def test_weights_that_cannot_be(self):
        with pytest.raises(DataError, match="sample_weight holds 100 values that are not finite"):
            linear().fit(X, Y, verbose=0, sample_weight=np.full(ROWS, np.nan))
        with pytest.raises(ShapeError, match="one number per row"):
            linear().fit(X, Y, verbose=0, sample_weight=np.ones((ROWS, 2)))

    @pytest.mark.parametrize("size", [0, -1, 2.5, "a", True])
    def test_batch_sizes_of_evaluate_and_predict(self, size):
        with pytest.raises(UsageError, match="batch_size"):
            linear().evaluate(X, Y, batch_size=size)
        with pytest.raises(UsageError, match="batch_size"):
            linear().predict(X, batch_size=size)

    def test_not_compiled(self):
        model = fl.Sequential([fl.Input((FEATURES,)), Dense(1)], name="mine")
        for verb in (lambda: model.fit(X, Y), lambda: model.evaluate(X, Y)):
            with pytest.raises(NotReadyError, match=r'model "mine" is not compiled. Call compile\('):
                verb()

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (("adam",), UsageError, "a loss is needed"),
            (("adm", "mse"), UnknownNameError, 'Did you mean "adam"'),
            (("adam", "msee"), UnknownNameError, 'Did you mean "mse"'),
            (("adam", "mse", None, ["acuracy"]), UnknownNameError, 'Did you mean "accuracy"'),
            (("adam", "mse", None, {"a": "mae"}), UsageError, 'metrics names an output "a". Known: dense'),
            (("adam", "mse", None, [3]), UsageError, "metric: expected"),
            (("adam", "mse", ["mae"]), UsageError, r"loss_weights .the third argument.* metrics=\[...\]"),
            (("adam", "mse", "mae"), UsageError, r"loss_weights .the third argument.* metrics=\[...\]"),
            (("adam", "mse", [1, 2]), UsageError, r"loss_weights has 2 entries for 1 outputs \(dense\)"),
            (("adam", "mse", np.nan), UsageError, "loss_weights must be a finite number"),
            (("adam", ["mse", "mse"]), UsageError, r"loss has 2 entries for 1 outputs \(dense\)"),
            (("adam", {"dens": "mse"}), UsageError, 'an output "dens". Did you mean "dense"?'),
            (("adam", [None]), UsageError, "no output has a loss"),
            ((Adam, "mse"), UsageError, "got the class Adam"),
            (("adam", fl.losses.MeanSquaredError), UsageError, "got the class MeanSquaredError"),
        ],
    )
    def test_compile(self, arguments, error, message):
        with pytest.raises(error, match=message):
            linear().compile(*arguments)
