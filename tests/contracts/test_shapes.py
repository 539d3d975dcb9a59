"""One table: every loss and metric on inputs of few axes and few rows gives a value, or an error in our own words."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from typing import Any

import numpy as np
import pytest

from fallline import losses, metrics
from fallline.errors import FalllineError
from fallline.losses import Loss
from fallline.metrics import Metric

SHAPES = {
    "scalar": (1.0, 0.5),
    "one axis": (np.array([0.0, 1, 0]), np.array([0.2, 0.5, 0.3])),
    "one row": (np.array([[0.0, 1, 0]]), np.array([[0.2, 0.5, 0.3]])),
    "no rows": (np.zeros((0, 3)), np.zeros((0, 3))),
    "empty": (np.zeros(0), np.zeros(0)),
    "no columns": (np.zeros((2, 0)), np.zeros((2, 0))),
}
CLASS_NUMBERS = {
    "scalar": 1,
    "one axis": 1,
    "one row": np.array([1]),
    "no rows": np.zeros(0, int),
    "empty": np.zeros(0, int),
    "no columns": np.zeros(2, int),
}
ARGUMENTS = {
    "IoU": (2, [0]),
    "OneHotIoU": (3, [0]),
    "MeanIoU": (2,),
    "OneHotMeanIoU": (3,),
    **dict.fromkeys(
        ["PrecisionAtRecall", "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity"],
        (0.5,),
    ),
}
OF_THEIR_OWN = ("Custom", "MeanMetric", "MeanMetricWrapper")


def named(module, base):
    found = {
        name: getattr(module, name)
        for name in dir(module)
        if inspect.isclass(getattr(module, name)) and issubclass(getattr(module, name), base)
    }
    return [name for name, cls in found.items() if cls is not base and name not in OF_THEIR_OWN]


KINDS = [(losses, name) for name in named(losses, Loss)] + [
    (metrics, name) for name in named(metrics, Metric)
]


def takes_class_numbers(name):
    return name.startswith("Sparse") or name in ("CategoricalGeneralizedCrossEntropy", "Circle")


def target(name, shape):
    return (CLASS_NUMBERS if takes_class_numbers(name) else {key: given[0] for key, given in SHAPES.items()})[
        shape
    ]


@pytest.mark.parametrize(("module", "name"), KINDS, ids=[f"{m.__name__}.{name}" for m, name in KINDS])
def test_whatever_the_shape_there_is_a_value_or_an_error_in_our_words(module, name):
    for shape, (_, y_pred) in SHAPES.items():
        judge = getattr(module, name)(*ARGUMENTS.get(name, ()))
        value: Any = 0.0
        with contextlib.suppress(FalllineError):
            value = judge(target(name, shape), y_pred)
        assert np.isfinite(np.asarray(value)).all(), shape


ROWS = np.array([[0.0, 1, 0], [1, 0, 0]]), np.array([[0.2, 0.5, 0.3], [0.3, 0.4, 0.3]])


@pytest.mark.parametrize(("module", "name"), KINDS, ids=[f"{m.__name__}.{name}" for m, name in KINDS])
def test_one_number_weighs_all_rows(module, name):
    y_true, y_pred = ROWS
    y_true = y_true.argmax(1) if takes_class_numbers(name) else y_true
    if name == "GaussianNLL":
        y_true, y_pred = y_true[:, :2], y_pred[:, [0, 1, 2, 2]]
    if "IoU" in name and "OneHot" not in name and name != "BinaryIoU":
        y_true, y_pred = y_true.argmax(1), (y_pred[:, 0] > 0.25).astype(int)
    made = getattr(module, name)
    args = ARGUMENTS.get(name, ())
    one = made(*args)(y_true, y_pred, sample_weight=2.0)
    each = made(*args)(y_true, y_pred, sample_weight=np.full(2, np.float32(2)))
    np.testing.assert_array_equal(one, each)


def test_values_as_keras_has_them(keras):
    y_true, y_pred = SHAPES["one axis"]
    for module in ("losses", "metrics"):
        for name in ("CategoricalHinge", "CategoricalCrossentropy", "KLDivergence"):
            ours = getattr({"losses": losses, "metrics": metrics}[module], name)()
            theirs = getattr(getattr(keras, module), name)()
            assert float(ours(y_true, y_pred)) == pytest.approx(float(theirs(y_true, y_pred)), abs=1e-6), (
                module,
                name,
            )
    assert float(losses.categorical_hinge(y_true, y_pred)) == pytest.approx(0.8)


NOT_AS_IN_KERAS = {
    # Keras has none.
    *(
        "BalancedAccuracy",
        "CohenKappa",
        "ConfusionMatrix",
        "CalibratedCrossentropy",
        "ExpectedCalibrationError",
        "MatthewsCorrelation",
    ),
    # An error there without one weight a row.
    *("F1Score", "FBetaScore", "BinaryIoU"),
    *ARGUMENTS,
}


@pytest.mark.parametrize("name", sorted({*named(metrics, Metric)} - NOT_AS_IN_KERAS))
def test_one_weight_for_all_as_keras_has_it(name, keras):
    y_true, y_pred = ROWS
    y_true = y_true.argmax(1).astype("int32") if takes_class_numbers(name) else y_true
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = float(getattr(keras.metrics, name)()(y_true, y_pred, sample_weight=2.0))
    assert float(getattr(metrics, name)()(y_true, y_pred, sample_weight=2.0)) == pytest.approx(
        expected, rel=1e-5
    )
