"""Ends of a network, losses, metrics and targets that make no sense together: refused, or said once a run."""

import warnings

import numpy as np
import pytest
from sklearn.metrics import f1_score, fbeta_score, precision_score, recall_score, roc_auc_score

import fallline as fl
from fallline.errors import DataError, DataWarning, FalllineWarning, UsageError
from fallline.losses import BinaryCrossentropy, SparseCategoricalCrossentropy

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 3)).astype(np.float32)
BITS = (X[:, 0] + 0.3 * RNG.normal(size=300) > 0.4).astype(int)
THREE = np.digitize(X[:, 0], [-0.5, 0.5])


def model_of(units, activation, loss, metrics=None):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(units, activation=activation)], seed=1)
    model.compile(fl.optimizers.SGD(0.0), loss, metrics=metrics)
    model.layers[0].set_weights([np.tile([[1.5], [0.2], [0.1]], units), np.linspace(-0.3, 0.3, units)])
    return model


NAMES = ["accuracy", "f1_score", "fbeta_score", "precision", "recall", "auc"]


@pytest.mark.parametrize("loss", ["binary_crossentropy", BinaryCrossentropy(from_logits=True)])
def test_metrics_by_name_on_one_unit_are_those_of_scikit_learn(loss):
    logits = loss != "binary_crossentropy"
    model = model_of(1, None if logits else "sigmoid", loss, NAMES)
    values = model.evaluate(X, BITS, return_dict=True)
    outputs = model.predict(X)[:, 0].astype(np.float64)
    chosen = outputs > (0 if logits else 0.5)
    expected = {
        "accuracy": np.mean(chosen == BITS),
        "f1_score": f1_score(BITS, chosen),
        "fbeta_score": fbeta_score(BITS, chosen, beta=1),
        "precision": precision_score(BITS, chosen),
        "recall": recall_score(BITS, chosen),
    }
    assert expected["f1_score"] > f1_score(BITS, np.ones_like(BITS)) + 0.1
    for name, value in expected.items():
        assert values[name] == pytest.approx(value, rel=1e-5), name
    assert values["auc"] == pytest.approx(roc_auc_score(BITS, outputs), abs=0.01)


def test_f_scores_as_objects_take_half_too():
    model = model_of(1, "sigmoid", "binary_crossentropy", [fl.metrics.F1Score()])
    (value,) = model.evaluate(X, BITS)[1]
    assert value == pytest.approx(f1_score(BITS, model.predict(X)[:, 0] > 0.5), rel=1e-5)
    metric = fl.metrics.FBetaScore(beta=2.0)
    metric.update_state([[1.0], [0.0], [1.0], [1.0]], [[0.9], [0.6], [0.2], [0.7]])
    assert float(metric.result()[0]) == pytest.approx(fbeta_score([1, 0, 1, 1], [1, 1, 0, 1], beta=2))


def test_the_score_of_several_units_stays_that_of_the_largest():
    metric = fl.metrics.F1Score()
    metric.update_state([[1, 0], [0, 1], [1, 0]], [[0.4, 0.3], [0.2, 0.4], [0.1, 0.2]])
    np.testing.assert_allclose(metric.result(), f1_score([0, 1, 0], [0, 1, 1], average=None), rtol=1e-6)


@pytest.mark.parametrize("loss", ["binary_crossentropy", "mse", "binary_focal_crossentropy"])
def test_a_softmax_over_one_unit_is_refused_at_once(loss):
    with pytest.raises(UsageError, match='output "dense" is a softmax over 1 unit.*activation="sigmoid"'):
        model_of(1, "softmax", loss)
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1), fl.layers.Activation("softmax")])
    with pytest.raises(UsageError, match="is a softmax over 1 unit"):
        model.compile("sgd", loss)


@pytest.mark.parametrize(
    "loss", ["sparse_categorical_crossentropy", "categorical_crossentropy", "kl_divergence"]
)
@pytest.mark.parametrize("y", [BITS, np.zeros(300, int)], ids=["two classes", "one class"])
def test_losses_that_compare_classes_are_refused_on_one_unit(loss, y):
    model = model_of(1, "sigmoid", loss)
    with pytest.raises(
        DataError, match='needs one output unit per class; the model has 1. For two .*"binary_cross'
    ):
        model.fit(X, y if loss.startswith("sparse") else y[:, None], verbose=0)


@pytest.mark.parametrize(
    "metric",
    [
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
        "top_k",
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "categorical_hinge",
        "kl_divergence",
        fl.metrics.CategoricalAccuracy(),
    ],
)
def test_metrics_that_compare_outputs_are_refused_on_one_unit(metric):
    with pytest.raises(
        UsageError, match='compares the outputs of a row; the model has 1 unit.*Use "accuracy"'
    ):
        model_of(1, "sigmoid", "binary_crossentropy", [metric])


DOUBTS = {
    "no activation": (1, None, "binary_crossentropy", BITS, 'ends with linear.*activation="sigmoid"'),
    "relu": (1, "relu", "binary_crossentropy", BITS, 'ends with relu.*activation="sigmoid"'),
    "tanh": (1, "tanh", "binary_crossentropy", BITS, 'ends with tanh.*activation="sigmoid"'),
    "classes": (3, None, "sparse_categorical_crossentropy", THREE, 'ends with linear.*activation="softmax"'),
    "twice sigmoid": (1, "sigmoid", BinaryCrossentropy(from_logits=True), BITS, "squashed twice"),
    "twice softmax": (3, "softmax", SparseCategoricalCrossentropy(from_logits=True), THREE, "squashed twice"),
    "prices": (1, "sigmoid", "mse", 100 * X[:, 0], "numbers between 0.000 and 1.000 alone"),
    "below zero": (1, "relu", "mae", -np.abs(X[:, 0]), "numbers above 0.000 alone"),
    "squashed": (1, "tanh", "mse", 5 * X[:, 0], "numbers between -1.000 and 1.000 alone"),
}


@pytest.mark.parametrize("doubt", DOUBTS.values(), ids=DOUBTS.keys())
def test_what_trains_and_makes_no_sense_is_said_once(doubt):
    units, activation, loss, y, message = doubt
    model = model_of(units, activation, loss)
    with pytest.warns(FalllineWarning, match=message) as caught:
        model.fit(X, y, epochs=1, batch_size=300, verbose=0)
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize("y", [3 * X[:, 0], np.sign(X[:, 0])], ids=["measurements", "signs"])
def test_accuracy_of_what_is_neither_yes_nor_no(y):
    model = model_of(1, None, "mse", ["accuracy"])
    with pytest.warns(DataWarning, match='metric "accuracy" counts the rows whose target, 0 or 1'):
        model.fit(X, y, epochs=1, batch_size=300, verbose=0)


SENSIBLE = [
    (1, "sigmoid", "binary_crossentropy", BITS, ["accuracy"]),
    (1, "sigmoid", "mse", BITS, ["accuracy"]),
    (3, "softmax", "sparse_categorical_crossentropy", THREE, ["accuracy"]),
    (3, None, SparseCategoricalCrossentropy(from_logits=True), THREE, ["accuracy"]),
    (3, "sigmoid", "binary_crossentropy", np.eye(3)[THREE], ["accuracy"]),
    (1, "relu", "mse", np.abs(X[:, 0]), ["mae"]),
    (1, "softplus", "mse", np.abs(X[:, 0]), ["mae"]),
    (1, "tanh", "hinge", BITS, ["accuracy"]),
    (3, "softmax", "mse", np.eye(3)[THREE], ["accuracy"]),
    (3, "softmax", lambda y, p: fl.losses.sparse_categorical_crossentropy(y, p), THREE, ["accuracy"]),
    (1, lambda x: fl.ops.sigmoid(2 * x), "binary_crossentropy", BITS, ["accuracy"]),
]


@pytest.mark.parametrize("case", SENSIBLE, ids=range(len(SENSIBLE)))
def test_what_makes_sense_passes_in_silence(case):
    units, activation, loss, y, metrics = case
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model_of(units, activation, loss, metrics).fit(X, y, epochs=1, batch_size=300, verbose=0)
