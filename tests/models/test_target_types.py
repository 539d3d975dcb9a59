"""Targets of every number type give what the same targets give as floats, in losses and metrics of one's own too."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import losses, metrics, ops
from fallline.errors import UsageError

SIGNS = np.array([[0], [1], [1], [0]])
PRICES = np.array([[100_000], [400_000], [250_000], [300_000]])
WIDE = np.array([[3_000_000_000], [1], [2], [5_000_000_000]])
GUESS = np.array([[0.5], [-1.0], [2.0], [0.25]], np.float32)
NARROW = (
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
)


def margin(y_true, y_pred):
    return ops.mean(ops.maximum(1.0 - (2 * y_true - 1) * y_pred, 0.0), axis=-1)


def relative(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1) / ops.mean(ops.square(y_true), axis=-1)


class Margin(losses.Loss):
    def call(self, y_true, y_pred):
        return margin(y_true, y_pred)


@fl.tree
class Declared(losses.Loss):
    reduction: losses.Reduction = fl.static(default="sum_over_batch_size")
    name: str = fl.static(default="declared")

    def values(self, y_true, y_pred):
        return margin(y_true, y_pred)


class Derived(losses.MeanSquaredError):
    def call(self, y_true, y_pred):
        return margin(y_true, y_pred)


@fl.tree
class MarginMetric(metrics.MeanMetric):
    name: str = fl.static(default="margin_metric")

    def values(self, y_true, y_pred):
        return margin(y_true, y_pred)


class Sum(metrics.Metric):
    def __init__(self, name="sum"):
        super().__init__(name=name)
        self.total = self.add_weight()

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(jnp.sum(margin(y_true, y_pred)))

    def result(self):
        return self.total


def in_numpy(formula, y):
    """The mean of a formula over rows in 64 bits."""
    y, p = y.astype(np.float64), GUESS.astype(np.float64)
    if formula is margin:
        return np.maximum(1 - (2 * y - 1) * p, 0).mean()
    return ((y - p) ** 2 / y**2).mean()


@pytest.mark.parametrize("kind", NARROW)
@pytest.mark.parametrize(
    "loss", [margin, Margin(), Declared(), Derived()], ids=["function", "call", "tree", "derived"]
)
def test_losses_alone_and_as_a_model_prepares_targets(loss, kind):
    y = SIGNS.astype(kind)
    made = losses.get(loss)
    assert made(y, GUESS) == pytest.approx(in_numpy(margin, y))
    assert loss is margin or loss(y, GUESS) == pytest.approx(in_numpy(margin, y))
    prepared = made.prepare_targets(y, (1,))
    assert prepared.dtype == np.float32
    assert made.rows(prepared, GUESS).mean() == pytest.approx(in_numpy(margin, y))


@pytest.mark.parametrize(
    ("y", "kind"), [(PRICES, "int32"), (PRICES, "uint32"), (PRICES, "int64"), (WIDE, "int64")]
)
def test_what_overflows_in_whole_numbers(y, kind):
    """In 32 bits the square of 400,000 is 1,071,628,288, and 3e9 is -1,294,967,296."""
    y = y.astype(kind)
    for made in (losses.get(relative), metrics.get(relative)):
        assert made(y, GUESS) == pytest.approx(in_numpy(relative, y), rel=1e-5)
    assert losses.get("mse")(y, GUESS) == pytest.approx(((y - GUESS.astype(float)) ** 2).mean(), rel=1e-5)


@pytest.mark.parametrize("kind", ["bool", "uint8", "float16"])
@pytest.mark.parametrize("metric", [margin, MarginMetric()], ids=["function", "tree"])
def test_metrics_alone(metric, kind):
    assert metrics.get(metric)(SIGNS.astype(kind), GUESS) == pytest.approx(in_numpy(margin, SIGNS))


def test_half_precision_does_not_overflow():
    y = np.array([[300.0], [400.0], [500.0], [600.0]], np.float16)
    for loss in (relative, "mse"):  # the metrics beside "mse" are given the same targets
        assert losses.get(loss).prepare_targets(y, (1,)).dtype == np.float32


def model(loss, own):
    made = fl.Sequential([fl.Input((1,)), fl.layers.Dense(1, kernel_initializer="ones")])
    made.compile("sgd", loss, metrics=own)
    return made


def test_in_a_model():
    """One model for all types: loss, metrics of one's own, whole batches, validation."""
    made = model(Margin(), [margin, MarginMetric(), Sum()])
    want = in_numpy(margin, SIGNS)
    for kind in ("uint8", "bool", "int64"):
        y = SIGNS.astype(kind)
        assert made.evaluate(GUESS, y) == pytest.approx([want, want, want, 4 * want])
        assert made.test_on_batch(GUESS, y)[0] == pytest.approx(want)
    history = made.fit(
        GUESS, SIGNS.astype("uint8"), validation_data=(GUESS, SIGNS.astype("uint8")), batch_size=4, verbose=0
    )
    assert history.history["loss"][0] == pytest.approx(want)


def test_losses_by_the_names_of_outputs():
    x = fl.Input((1,))
    made = fl.Model(
        x,
        {
            "a": fl.layers.Dense(1, kernel_initializer="ones", name="a")(x),
            "b": fl.layers.Dense(3, name="b")(x),
        },
    )
    made.compile("sgd", {"a": margin, "b": "sparse_categorical_crossentropy"})
    rows = made._prepared_rows(GUESS, {"a": SIGNS.astype("uint8"), "b": np.array([0, 1, 2, 1], np.float64)})
    assert [y.dtype for y in rows.y] == [np.float32, np.int32]


class OfClasses(losses.Loss):
    integer_targets = True

    def call(self, y_true, y_pred):
        return -jnp.take_along_axis(y_pred, y_true[:, None], 1)[:, 0]


@pytest.mark.parametrize("kind", ["uint8", "int64", "float64"])
def test_class_numbers_stay_whole(kind):
    y, outputs = np.array([0, 2, 1, 1], kind), np.arange(12.0).reshape(4, 3)
    for loss in (losses.get("sparse_categorical_crossentropy"), losses.get(OfClasses())):
        assert loss.prepare_targets(y, (3,)).dtype == np.int32
    assert OfClasses()(OfClasses().prepare_targets(y, (3,)), outputs) == -(0 + 5 + 7 + 10) / 4


def test_a_loss_that_takes_its_targets_for_indices_is_told():
    def of_classes(y_true, y_pred):
        return -jnp.take_along_axis(y_pred, y_true[:, None], 1)[:, 0]

    with pytest.raises(UsageError, match=r'loss "of_classes" fails: .* write y_true.astype\(int\)'):
        losses.get(of_classes)([0, 1], np.eye(2))


@pytest.mark.parametrize("kind", ["uint8", "int64"])
def test_functions_of_the_users_own(kind):
    y = (SIGNS if kind == "uint8" else PRICES).astype(kind)
    formula = margin if kind == "uint8" else relative
    seen = []

    def loss(params, batch):
        seen.append(batch.y.dtype)
        return formula(batch.y, batch.x * params["one"])

    with jax.numpy_dtype_promotion("standard"):  # as JAX is outside the tests
        trained = fl.train(
            lambda _: {"one": jnp.ones(())}, loss, (GUESS, y), optimizer="sgd", batch_size=4, verbose=0
        )
    assert trained.history.history["loss"][0] == pytest.approx(in_numpy(formula, y), rel=1e-5)
    assert set(seen) == {np.dtype("int32" if kind == "uint8" else "float32")}
