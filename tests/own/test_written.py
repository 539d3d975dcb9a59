"""Losses and metrics written as in Keras: the same numbers as the package's own, in training too."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline import ops
from fallline.errors import UsageError
from fallline.layers import Dense
from fallline.losses import Huber, Loss
from fallline.metrics import F1Score, Metric, Precision, Recall

X = np.random.default_rng(0).normal(size=(100, 3)).astype(np.float32)
Y = (X.sum(1, keepdims=True) > 0).astype(np.float32)


class OwnHuber(Loss):
    def __init__(self, threshold=1.0, name="own_huber", **kwargs):
        super().__init__(name=name, **kwargs)
        self.threshold = threshold

    def call(self, y_true, y_pred):
        error = ops.abs(y_true - y_pred)
        linear = self.threshold * error - self.threshold**2 / 2
        return ops.where(error < self.threshold, error**2 / 2, linear)

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


class Hits(Metric):
    def __init__(self, name="hits", **kwargs):
        super().__init__(name=name, **kwargs)
        self.hits = self.add_weight(name="hits", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        right = ops.cast(ops.equal(ops.round(y_pred), y_true), "float32")
        if sample_weight is not None:
            right = right * ops.reshape(sample_weight, (-1, 1))
        self.hits.assign_add(ops.sum(right))

    def result(self):
        return self.hits


class OwnF1(Metric):
    def __init__(self):
        super().__init__("own_f1")
        self.precision, self.recall = Precision(), Recall()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.precision.update_state(y_true, y_pred)
        self.recall.update_state(y_true, y_pred)

    def result(self):
        p, r = self.precision.result(), self.recall.result()
        return 2 * p * r / (p + r)

    def reset_state(self):
        self.precision.reset_state()
        self.recall.reset_state()


class Largest(Metric):
    def __init__(self):
        super().__init__()
        self.largest = self.add_weight()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(ops.maximum(self.largest.value, ops.max(y_pred)))

    def result(self):
        return self.largest


def trained(loss, metrics=(), **arguments):
    model = fl.Sequential([fl.Input((3,)), Dense(1, "sigmoid")], seed=0)
    model.compile("adam", loss, metrics=list(metrics), weighted_metrics=arguments.pop("weighted", None))
    model.fit(X, Y, epochs=3, batch_size=16, validation_split=0.3, verbose=0, **arguments)
    return model


def test_a_loss_trains_as_the_package_s_own():
    ours, theirs = trained(OwnHuber(0.3)), trained(Huber(0.3))
    np.testing.assert_allclose(ours.history.history["loss"], theirs.history.history["loss"], rtol=1e-5)
    np.testing.assert_allclose(ours.get_weights()[0], theirs.get_weights()[0], rtol=1e-5)
    predictions = ours.predict(X)
    assert float(OwnHuber(0.3)(Y, predictions)) == pytest.approx(float(Huber(0.3)(Y, predictions)), rel=1e-5)
    total = OwnHuber(0.3, reduction="sum")(Y, predictions)
    assert float(total) == pytest.approx(100 * float(Huber(0.3)(Y, predictions)), rel=1e-5)


def test_metrics_in_training_are_exact_over_batches():
    model = trained("mse", [Hits(), OwnF1(), F1Score(threshold=0.5, name="f1")])
    history = model.history.history
    np.testing.assert_allclose(history["own_f1"], np.ravel(history["f1"]), rtol=1e-5)
    np.testing.assert_allclose(history["val_own_f1"], np.ravel(history["val_f1"]), rtol=1e-5)
    right = int((np.round(model.predict(X[70:])) == Y[70:]).sum())
    assert history["val_hits"][-1] == right


def test_metrics_alone():
    predictions = np.random.default_rng(1).uniform(size=(100, 1)).astype(np.float32)
    hits = Hits()
    hits.update_state(Y[:40], predictions[:40])
    hits.update_state(Y[40:], predictions[40:])
    assert float(hits.result().value) == (np.round(predictions) == Y).sum()
    hits.reset_state()
    assert float(hits.result().value) == 0
    f1, reference = OwnF1(), F1Score(threshold=0.5)
    for metric in (f1, reference):
        metric.update_state(Y, predictions)
    assert float(f1.result()) == pytest.approx(float(reference.result()[0]), rel=1e-5)


def test_weights_of_rows_reach_a_metric():
    weights = np.linspace(0, 2, 100).astype(np.float32)
    model = fl.Sequential([fl.Input((3,)), Dense(1, "sigmoid")], seed=0)
    model.compile("adam", "mse", weighted_metrics=[Hits()])
    found = model.evaluate(X, Y, sample_weight=weights, return_dict=True)["hits"]
    right = (np.round(model.predict(X)) == Y)[:, 0]
    assert found == pytest.approx(float(weights[right].sum()), rel=1e-5)


def test_what_does_not_add_up_is_refused():
    with pytest.raises(UsageError, match='metric "largest": update_state does not only add to "largest"'):
        trained("mse", [Largest()])
    largest = Largest()  # alone it is what it is
    largest.update_state(Y, X[:, :1])
    assert float(largest.result().value) == pytest.approx(float(X[:, 0].max()))


def test_files_name_them(tmp_path):
    model = trained(OwnHuber(0.3), [Hits(), OwnF1()])
    own = {"OwnHuber": OwnHuber, "Hits": Hits, "OwnF1": OwnF1}
    model.save(tmp_path / "m")
    loaded = fl.load_model(tmp_path / "m", custom_objects=own)
    assert loaded.evaluate(X, Y) == model.evaluate(X, Y)
    assert loaded.loss.function.threshold == 0.3


def test_mistakes():
    class Silent(Loss):
        pass

    class Mute(Metric):
        pass

    with pytest.raises(UsageError, match="Silent: write what it computes: values, or call as in Keras"):
        Silent()(Y, Y)
    with pytest.raises(
        UsageError, match="Mute: write what it computes: statistic, or update_state and result"
    ):
        Mute().update_state(Y, Y)
    with pytest.raises(UsageError, match="reduction must be None or one of .*, got \"some\"|got 'some'"):
        OwnHuber(reduction="some")
    with pytest.raises(UsageError, match="add_weight: initializer must be"):
        Hits().add_weight(initializer="glorot")


def test_attributes_that_are_no_variables_are_refused():
    class Counts(Metric):
        def __init__(self):
            super().__init__()
            self.n = 0

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.n += 1

        def result(self):
            return self.n

    class Collects(Counts):
        def __init__(self):
            super().__init__()
            self.n = []

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.n.append(1)

    for metric in (Counts(), Collects()):
        with pytest.raises(UsageError, match='update_state changes the attribute "n", which is no variable'):
            trained("mse", [metric])


def test_any_metric_may_lie_within_and_is_reset_with_it():
    class Inner(Metric):
        def __init__(self):
            super().__init__("inner")
            self.mean = fl.metrics.Mean()

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.mean.update_state(ops.abs(y_true - y_pred))

        def result(self):
            return self.mean.result()

    model = trained("mse", [Inner(), "mae"])
    np.testing.assert_allclose(model.history.history["inner"], model.history.history["mae"], rtol=1e-5)
    alone = Inner()
    alone.update_state(Y, Y + 1)
    alone.reset_state()
    alone.update_state(Y, Y + 2)
    assert float(alone.result()) == pytest.approx(2, rel=1e-6)


def test_classes_and_repeated_ones():
    model = fl.Sequential([fl.Input((3,)), Dense(1, "sigmoid")], seed=0)
    model.compile("adam", OwnHuber, metrics=[Hits, Hits()])
    assert list(model.evaluate(X, Y, return_dict=True)) == ["loss", "hits", "hits_1"]


def test_metrics_derived_from_others(tmp_path):
    class OnLogits(fl.metrics.BinaryAccuracy):
        def __init__(self, threshold=0.4):
            super().__init__("on_logits", threshold=threshold)

        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_true, ops.sigmoid(y_pred), sample_weight)

    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    model.compile("adam", "mse", metrics=[OnLogits(0.6)])
    right = np.mean((1 / (1 + np.exp(-model.predict(X))) > 0.6) == (Y > 0))
    assert model.evaluate(X, Y, return_dict=True)["on_logits"] == pytest.approx(right, rel=1e-6)
    assert OnLogits(0.6).get_config() == {"threshold": 0.6}
    model.save(tmp_path / "model.fallline")
    loaded = fl.load_model(tmp_path / "model.fallline", custom_objects={"OnLogits": OnLogits})
    assert loaded.evaluate(X, Y) == model.evaluate(X, Y)
    # It says which direction is better.
    stopping = fl.callbacks.EarlyStopping("on_logits", patience=1)
    assert len(model.fit(X, Y, epochs=2, verbose=0, callbacks=[stopping]).history["loss"]) == 2


def test_metrics_derived_from_others_only_add():
    class Depends(fl.metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_pred + 1 + self.result())

    with pytest.raises(UsageError, match='metric "mean": update_state does not only add to what was seen'):
        trained("mse", [Depends()])
    with pytest.raises(
        UsageError, match="metric: Mean takes values, not targets and predictions. Derive a class"
    ):
        trained("mse", [fl.metrics.Mean()])

    class Explained(fl.metrics.R2Score):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_true, 2 * y_pred, sample_weight)

    history = trained("mse", [Explained(name="own"), "r2_score"]).history.history
    assert history["own"][-1] != history["r2_score"][-1]


def test_a_loss_declared_with_tree_needs_no_more_than_values():
    @fl.tree
    class CubeError(Loss):
        factor: float = 2.0

        def values(self, y_true, y_pred):
            return self.factor * ops.mean(ops.abs(y_true - y_pred) ** 3, axis=-1)

    loss = CubeError(3.0)
    assert (loss.name, loss.reduction) == ("cube_error", "sum_over_batch_size")
    history = trained(loss).history.history["loss"]
    assert history[-1] < history[0]
    assert float(loss(Y, Y + 2)) == pytest.approx(24)


def test_a_metric_may_keep_what_it_likes_under_any_name():
    class From(fl.metrics.Metric):
        def __init__(self, start=1.0, name="from"):
            super().__init__(name=name)
            self.start = start
            self.total = self.add_weight(name="total", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(fl.ops.sum(y_pred))

        def result(self):
            return self.start + self.total

    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1, kernel_initializer="ones")], seed=0)
    model.compile("sgd", "mse", metrics=[From(5.0)])
    x = np.ones((3, 2), np.float32)
    assert model.evaluate(x, np.zeros((3, 1)), return_dict=True)["from"] == pytest.approx(5 + 3 * 2)
