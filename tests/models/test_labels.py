"""Labels that are no class of the network are an error that names their row, wherever they enter."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import losses, metrics
from fallline.errors import DataError

X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
P = np.full((8, 3), 1 / 3, np.float32)
LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1])


def wrong(value, row=5):
    return np.where(np.arange(8) == row, value, LABELS)


def model(loss, metrics=None):
    made = fl.Sequential([fl.Input((3,)), fl.layers.Dense(3, activation="softmax")], seed=0)
    made.compile("sgd", loss, metrics=metrics)
    return made


def own(y_true, y_pred):
    return jnp.mean(y_pred, axis=-1)


@pytest.mark.parametrize("value", [3, -1])
@pytest.mark.parametrize("verb", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
@pytest.mark.parametrize(
    ("loss", "recorded"),
    [
        (losses.SparseCategoricalCrossentropy(from_logits=True), None),
        (losses.SparseCategoricalCrossentropy(), None),
        (own, ["sparse_categorical_accuracy"]),
        (own, [metrics.SparseTopKCategoricalAccuracy(k=2)]),
        (own, [metrics.SparseCategoricalCrossentropy()]),
    ],
    ids=["logits", "probabilities", "accuracy", "top k", "cross-entropy"],
)
def test_before_anything_is_compiled(value, verb, loss, recorded):
    with pytest.raises(DataError, match=rf"class numbers in 0\.\.2.*row 5 holds {value}\b"):
        getattr(model(loss, recorded), verb)(X, wrong(value))


@pytest.mark.parametrize("value", [3, -1])
@pytest.mark.parametrize(
    "judge",
    [
        losses.sparse_categorical_crossentropy,
        lambda y, p: losses.sparse_categorical_crossentropy(y, p, from_logits=True),
        losses.SparseCategoricalCrossentropy(),
        losses.CategoricalGeneralizedCrossEntropy(),
        metrics.sparse_categorical_accuracy,
        metrics.sparse_top_k_categorical_accuracy,
        lambda y, p: metrics.SparseCategoricalAccuracy()(y, p),
        lambda y, p: metrics.SparseTopKCategoricalAccuracy()(y, p),
        lambda y, p: metrics.SparseCategoricalCrossentropy()(y, p),
    ],
)
def test_in_functions_and_classes(judge, value):
    with pytest.raises(
        DataError, match=rf"class numbers in 0\.\.2.*row 5 holds {value}\. Number the classes from 0"
    ):
        judge(wrong(value), P)


def test_a_label_that_is_ignored_may_be_any():
    for value in (-1, 255, 1):
        loss = losses.SparseCategoricalCrossentropy(ignore_class=value)
        assert float(loss(wrong(value), P)) == pytest.approx(np.log(3), rel=1e-5)
    with pytest.raises(DataError, match="row 2 holds 7"):
        losses.SparseCategoricalCrossentropy(ignore_class=-1)(np.where(np.arange(8) == 2, 7, wrong(-1)), P)


def test_in_train_by_the_name_of_a_loss():
    def init(key):
        return {"w": jax.random.normal(key, (3, 3))}

    with pytest.raises(DataError, match="row 5 holds 9"):
        fl.train(
            init,
            "sparse_categorical_crossentropy",
            (X, wrong(9)),
            predict=lambda params, x: jax.nn.softmax(x @ params["w"]),
        )


@pytest.mark.parametrize("from_logits", [True, False])
def test_within_a_trace_the_loss_is_nan_and_the_gradients_of_the_others_are_right(from_logits):
    def loss(y, p):
        return losses.sparse_categorical_crossentropy(y, p, from_logits=from_logits)

    found = jax.vmap(loss)(wrong(3)[:, None], P[:, None])[:, 0]
    assert np.isnan(found).tolist() == [row == 5 for row in range(8)]
    np.testing.assert_allclose(np.delete(found, 5), np.log(3), rtol=1e-5)
