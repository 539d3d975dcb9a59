"""Intersection over union against Keras, with its integers as the type of the counts and with weights."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline import metrics
from fallline.errors import DataError, ShapeError, UsageError

RNG = np.random.default_rng(1901)
ROWS, CLASSES = 97, 4
LABELS = RNG.integers(0, CLASSES, size=ROWS).astype(np.int32)
GUESSED = np.where(RNG.uniform(size=ROWS) < 0.6, LABELS, RNG.integers(0, CLASSES, size=ROWS)).astype(np.int32)
SCORES = (RNG.uniform(size=(ROWS, CLASSES)) + 0.6 * np.eye(CLASSES)[GUESSED]).astype(np.float32)
ONE_HOT = np.eye(CLASSES, dtype=np.float32)[LABELS]
BITS = (RNG.uniform(size=(ROWS, 1)) < 0.4).astype(np.float32)
CHANCES = np.clip(0.4 * BITS + 0.6 * RNG.uniform(size=(ROWS, 1)), 0, 1).astype(np.float32)
MAPS = RNG.integers(0, CLASSES, size=(ROWS, 5)).astype(np.int32)
MAPS_GUESSED = np.where(RNG.uniform(size=MAPS.shape) < 0.5, MAPS, 0).astype(np.int32)
WEIGHTS = RNG.uniform(0, 3, size=ROWS).astype(np.float32)
CUTS = (slice(0, 1), slice(1, 50), slice(50, None))

CASES = {
    "one class": ("IoU", {"num_classes": CLASSES, "target_class_ids": [2]}, LABELS, GUESSED),
    "some classes": ("IoU", {"num_classes": CLASSES, "target_class_ids": [0, 3]}, LABELS, GUESSED),
    "scores": (
        "IoU",
        {"num_classes": CLASSES, "target_class_ids": [1], "sparse_y_pred": False},
        LABELS,
        SCORES,
    ),
    "all classes": ("MeanIoU", {"num_classes": CLASSES}, LABELS, GUESSED),
    "a class never seen": ("MeanIoU", {"num_classes": CLASSES + 2}, LABELS, GUESSED),
    "an ignored class": ("MeanIoU", {"num_classes": CLASSES, "ignore_class": 1}, LABELS, GUESSED),
    "a void class": (
        "MeanIoU",
        {"num_classes": CLASSES, "ignore_class": 255},
        np.where(LABELS == 1, 255, LABELS),
        GUESSED,
    ),
    "maps": ("MeanIoU", {"num_classes": CLASSES}, MAPS, MAPS_GUESSED),
    "one-hot": ("OneHotIoU", {"num_classes": CLASSES, "target_class_ids": [0, 2]}, ONE_HOT, SCORES),
    "one-hot, all": ("OneHotMeanIoU", {"num_classes": CLASSES}, ONE_HOT, SCORES),
    "one-hot against numbers": (
        "OneHotMeanIoU",
        {"num_classes": CLASSES, "sparse_y_pred": True},
        ONE_HOT,
        GUESSED,
    ),
    "both sides": ("BinaryIoU", {}, BITS, CHANCES),
    "one side": ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, BITS, CHANCES),
}


@pytest.mark.references(*sorted({f"metrics.{name}" for name, *_ in CASES.values()}))
# Keras asks JAX for 64-bit integers.
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning")
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("case", CASES)
def test_overlap_is_that_of_keras(keras, case, weighted):
    name, arguments, y_true, y_pred = CASES[case]
    weight = WEIGHTS if weighted else None
    ours = getattr(metrics, name)(**arguments)
    theirs = getattr(keras.metrics, name)(**arguments, dtype="float32")
    for rows in CUTS:
        part = None if weight is None else weight[rows]
        ours.update_state(y_true[rows], y_pred[rows], part)
        if part is not None and y_true.ndim == 2 and name == "MeanIoU":
            part = np.repeat(part, y_true.shape[1])  # Keras takes a weight for each place
        theirs.update_state(y_true[rows], y_pred[rows], part)
    np.testing.assert_allclose(ours.result(), theirs.result(), rtol=1e-6)


@pytest.mark.parametrize("name", ["IoU", "MeanIoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU"])
def test_names_and_configurations_are_those_of_keras(keras, name):
    arguments = {} if name == "BinaryIoU" else {"num_classes": 3}
    arguments |= {} if "Mean" in name else {"target_class_ids": [1]}
    theirs = getattr(keras.metrics, name)(**arguments).get_config()
    ours = getattr(metrics, name).from_config(theirs)
    assert ours.name.startswith(theirs["name"].rstrip("_0123456789"))
    plain = getattr(metrics, name)(**arguments)
    given = {key: value for key, value in theirs.items() if key not in ("name", "dtype")}
    assert {key: plain.get_config()[key] for key in given} == given


def test_places_of_no_class_are_refused_and_never_left_out():
    with pytest.raises(DataError, match='metric "mean_io_u": row 1 has the target 5 and the prediction 1'):
        metrics.MeanIoU(2)([0, 5], [0, 1])
    with pytest.raises(DataError, match="the prediction 0.3"):
        metrics.MeanIoU(2)([0, 1], [0.0, 0.3])
    assert float(metrics.MeanIoU(2, ignore_class=5)([0, 5], [0, 1])) == 1.0
    model = fl.Sequential([fl.Input((1,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", "mse", metrics=[metrics.MeanIoU(2)])
    history = model.fit(BITS, BITS, epochs=1, verbose=0)
    assert np.isnan(history.history["mean_io_u"][0]), "outputs are no class numbers"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: metrics.IoU(2, [2]), UsageError, "target_class_ids holds 2; there are 2 classes"),
        (lambda: metrics.IoU(2, []), UsageError, "target_class_ids must be a list of class numbers"),
        (lambda: metrics.MeanIoU(1), UsageError, "num_classes must be a whole number of at least 2"),
        (lambda: metrics.BinaryIoU([3]), UsageError, "holds 3"),
        (lambda: metrics.MeanIoU(3, sparse_y_pred=False)(LABELS, SCORES), ShapeError, "expected 3 classes"),
        (lambda: metrics.MeanIoU(4)(LABELS, GUESSED[:-1]), ShapeError, "they must be equal"),
    ],
)
def test_wrong_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
