"""Under which names a model records its metrics."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError
from fallline.metrics import AUC, BinaryAccuracy, MeanAbsoluteError

X = np.random.default_rng(0).normal(size=(32, 2)).astype(np.float32)
Y = (X.sum(axis=1) > 0).astype(np.float32)


def compiled(*metrics, weighted=None):
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile("sgd", "binary_crossentropy", metrics=list(metrics), weighted_metrics=weighted)
    return model


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        ([AUC(), AUC(curve="PR")], ["auc", "auc_1"]),
        ([AUC(), AUC(curve="PR"), AUC(num_thresholds=5)], ["auc", "auc_1", "auc_2"]),
        ([AUC(name="auc_1"), AUC(), AUC(curve="PR")], ["auc_1", "auc", "auc_2"]),
        (["auc", AUC(curve="PR")], ["auc", "auc_1"]),
        ([AUC(), MeanAbsoluteError(), BinaryAccuracy()], ["auc", "mean_absolute_error", "binary_accuracy"]),
        ([lambda y, p: y, lambda y, p: p, AUC()], ["lambda", "lambda_1", "auc"]),
        (["mae", "mae"], ["mae", "mae_1"]),
        (["auc", "auc", "auc"], ["auc", "auc_1", "auc_2"]),
        (["accuracy", "accuracy"], ["accuracy", "accuracy_1"]),
        ([AUC(name="a"), AUC(name="a", curve="PR")], ["a", "a_1"]),
    ],
)
def test_two_of_one_class_are_numbered_as_in_keras(metrics, names):
    model = compiled(*metrics)
    assert model.metrics_names == ["loss", *names]
    history = model.fit(X, Y, epochs=1, verbose=0, validation_data=(X, Y))
    assert set(history.history) == {"loss", "val_loss", *names, *(f"val_{name}" for name in names)}


def test_each_number_stands_for_its_own_metric():
    values = compiled(AUC(), AUC(curve="PR")).evaluate(X, Y, return_dict=True)
    for name, metric in (("auc", AUC()), ("auc_1", AUC(curve="PR"))):
        assert values[name] == pytest.approx(compiled(metric).evaluate(X, Y)[1])
    assert values["auc"] != values["auc_1"]


def test_weighted_ones_are_numbered_for_themselves():
    model = compiled(AUC(), weighted=[AUC(), AUC(curve="PR")])
    assert model.metrics_names == ["loss", "auc", "weighted_auc", "auc_1"]


def test_names_of_the_validation_are_taken():
    with pytest.raises(UsageError, match='a metric cannot be called "val_loss": names that begin with val_'):
        compiled(AUC(name="val_loss"))
    with pytest.raises(UsageError, match="repeated: loss"):
        compiled(AUC(name="loss"))
