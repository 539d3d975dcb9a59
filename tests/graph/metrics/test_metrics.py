"""Metrics. Numbers, names and texts of errors were measured with TensorFlow 2.21.0's compat.v1."""

import numpy as np
import pytest

from fallline.graph import metrics
from fallline.graph.core import dtypes
from fallline.graph.core.building import constant
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph
from fallline.graph.core.variable_lists import global_variables, local_variables, local_variables_initializer
from fallline.graph.errors import InvalidArgumentError
from fallline.graph.running.session import Session

NAN = float("nan")
LABELS, GIVEN = np.int64([1, 0, 1, 1, 0, 1]), np.float32([0.9, 0.1, 0, 0.3, 0, 0.6])
WEIGHTS = np.float32([1, 2, 0, 1, 0.5, 1])
FLOATS = LABELS.astype(np.float32)
SCORES = np.float32([[0.1, 0.5, 0.4], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
ONE, TWO = np.int64([[1], [1], [0]]), np.int64([[1, 2], [1, 0], [0, -1]])
CURVE = np.int64([0, 0, 1, 1]), np.float32([0.1, 0.4, 0.35, 0.8])
NEAR = np.int64([0, 0, 1, 1]), np.float32([0.1, 0.6, 0.4, 0.9])
m = metrics

# name: what makes it; the value before, what the update gives, the value then, what the second update gives
TABLE = {
    "accuracy": (lambda: m.accuracy(LABELS, GIVEN), 0, 1 / 3, 1 / 3, 1 / 3),
    "accuracy weighted": (lambda: m.accuracy(LABELS, GIVEN, WEIGHTS), 0, 0.4545454680919647, 0.4545454680919647, 0.4545454680919647),
    "accuracy truncates": (lambda: m.accuracy([1, 1, 0], np.float32([1.9, 0.9, 0.4])), 0, 2 / 3, 2 / 3, 2 / 3),  # M1
    "accuracy of columns": (lambda: m.accuracy([1, 0], [[1], [1]]), 0, 0.5, 0.5, 0.5),  # M2
    "accuracy of no weight": (lambda: m.accuracy([1, 0], [1, 1], 0), 0, 0, 0, 0),
    "precision": (lambda: m.precision(LABELS, GIVEN), 0, 0.75, 0.75, 0.75),
    "precision weighted": (lambda: m.precision(LABELS, GIVEN, WEIGHTS), 0, 0.6, 0.6, 0.6),
    "precision of all but 0": (lambda: m.precision([1, 0, 0, 1], [0.9, 0.1, 0, -0.3]), 0, 2 / 3, 2 / 3, 2 / 3),  # M3
    "precision of none": (lambda: m.precision([1, 0], [0, 0]), 0, 0, 0, 0),  # M4
    "recall": (lambda: m.recall(LABELS, GIVEN), 0, 0.75, 0.75, 0.75),
    "recall weighted": (lambda: m.recall(LABELS, GIVEN, WEIGHTS), 0, 1, 1, 1),
    "recall of none": (lambda: m.recall([0, 0], [0, 1]), 0, 0, 0, 0),  # M4
    "true positives": (lambda: m.true_positives(LABELS, GIVEN), 0, 3, 3, 6),
    "false positives": (lambda: m.false_positives(LABELS, GIVEN, WEIGHTS), 0, 2, 2, 4),
    "true negatives": (lambda: m.true_negatives(LABELS, GIVEN, WEIGHTS), 0, 0.5, 0.5, 1),
    "false negatives": (lambda: m.false_negatives(LABELS, GIVEN), 0, 1, 1, 2),
    "auc": (lambda: m.auc(LABELS, GIVEN), 0, 0.8124996423721313, 0.8124996423721313, 0.8124997615814209),
    "auc weighted": (lambda: m.auc(LABELS, GIVEN, WEIGHTS), 0, 0.9999996423721313, 0.9999996423721313, 0.9999998211860657),
    "auc of a perfect ranking": (lambda: m.auc(CURVE[0], [0.1, 0.2, 0.8, 0.9]), 0, 0.99999952, 0.99999952, 0.99999976),  # M5
    "auc of negatives": (lambda: m.auc([0, 0], [0.1, 0.4]), 0, 0.99999952, 0.99999952, 0.99999976),  # M6
    "auc of positives": (lambda: m.auc([1, 1], [0.1, 0.4]), 0, 0, 0, 0),  # M6
    "auc of ties": (lambda: m.auc([1, 0], [0.5, 0.5]), 0, 0.5, 0.5, 0.5),  # M6
    "auc of two thresholds": (lambda: m.auc(*CURVE, num_thresholds=2), 0, 0.5, 0.5, 0.5),  # M6
    "auc of labels": (lambda: m.auc([0.3, 0], [0.9, 0.1]), 0, 0.99999905, 0.99999905, 0.99999952),  # M7
    "roc": (lambda: m.auc(*CURVE), 0, 0.74999976, 0.74999976, 0.7499998807907104),  # M8
    "roc minoring": (lambda: m.auc(*CURVE, summation_method="minoring"), 0, 0.74999976, 0.74999976, 0.7499998807907104),
    "pr": (lambda: m.auc(*CURVE, curve="PR"), 0, 0.7916663289070129, 0.7916663289070129, 0.7916665077209473),
    "pr careful": (lambda: m.auc(*CURVE, curve="PR", summation_method="careful_interpolation"), 0, 0.7972674, 0.7972674, 0.7972674),
    "pr minoring": (lambda: m.auc(*CURVE, curve="PR", summation_method="minoring"), 0, 0.7499998, 0.7499998, 0.7499998807907104),
    "pr majoring": (lambda: m.auc(*CURVE, curve="PR", summation_method="majoring"), 0, 0.833333, 0.833333, 0.8333331346511841),
    "mean": (lambda: m.mean(GIVEN), 0, 0.3166666626930237, 0.3166666626930237, 0.3166666626930237),
    "mean weighted": (lambda: m.mean(GIVEN, WEIGHTS), 0, 0.3636363744735718, 0.3636363744735718, 0.3636363744735718),
    "mean of negative weights": (lambda: m.mean([1.0, 2.0], [-1.0, -1.0]), 0, 0, 0, 0),  # M11
    "mean of float64": (lambda: m.mean(np.float64([16777217.0])), 0, 16777216, 16777216, 16777216),  # M11
    "mean tensor": (lambda: m.mean_tensor([1.0, 2.0], [1.0, 0.0]), [0, 0], [1, 0], [1, 0], [1, 0]),
    "percentage below": (lambda: m.percentage_below(GIVEN, 0.3), 0, 0.5, 0.5, 0.5),
    "mean squared error": (lambda: m.mean_squared_error(FLOATS, GIVEN, WEIGHTS), 0, 0.68 / 5.5, 0.68 / 5.5, 0.68 / 5.5),
    "mean absolute error": (lambda: m.mean_absolute_error(FLOATS, GIVEN), 0, 2.3 / 6, 2.3 / 6, 2.3 / 6),
    "root mean squared error": (lambda: m.root_mean_squared_error([0.0, 0.0], [1.0, 3.0]), 0, 2.236068, 2.236068, 2.236068),  # M12
    "mean cosine distance": (lambda: m.mean_cosine_distance([[3.0, 4.0]], [[3.0, 4.0]], 1), 1, -24, -24, -24),  # M13
    "mean relative error": (lambda: m.mean_relative_error([1.0, 2.0], [2.0, 4.0], [0.0, 2.0]), 0, 0.5, 0.5, 0.5),  # M14
    "sensitivity": (lambda: m.sensitivity_at_specificity(*NEAR, 0.75), 0, 1, 1, 1),  # M15
    "specificity": (lambda: m.specificity_at_sensitivity(*NEAR, 0.5), 0, 1, 1, 1),
    "precision at": (lambda: m.precision_at_thresholds(LABELS, GIVEN, [0.2, 0.5]), [0, 0], [1, 1], [1, 1], [1, 1]),
    "recall at": (lambda: m.recall_at_thresholds(LABELS, GIVEN, [0.2, 0.5]), [0, 0], [0.75, 0.5], [0.75, 0.5], [0.75, 0.5]),
    "precision at 1 of 1": (lambda: m.precision_at_thresholds([1], [0.9], [0.5]), [0], [0.9999999], [0.9999999], [0.99999994]),  # M16
    "precision at a tie": (lambda: m.precision_at_thresholds([1], [0.5], [0.5]), [0], [0], [0], [0]),  # M16
    "true positives at": (lambda: m.true_positives_at_thresholds(LABELS, GIVEN, [0.2, 0.5]), [0, 0], [3, 2], [3, 2], [6, 4]),
    "false positives at": (lambda: m.false_positives_at_thresholds(LABELS, GIVEN, [0.2, 0.5]), [0, 0], [0, 0], [0, 0], [0, 0]),
    "true negatives at": (lambda: m.true_negatives_at_thresholds(LABELS, GIVEN, [0.2, 0.5]), [0, 0], [2, 2], [2, 2], [4, 4]),
    "false negatives at": (lambda: m.false_negatives_at_thresholds(LABELS, GIVEN, [0.2, 0.5]), [0, 0], [1, 2], [1, 2], [2, 4]),
    "per class": (lambda: m.mean_per_class_accuracy([0, 0, 1], [0, 1, 1], 3), 0, [0.5, 1, 0], 0.5, [0.5, 1, 0]),  # M9
    "iou": (  # M10
        lambda: m.mean_iou([0, 0, 1], [0, 1, 1], 3),
        0, [[1, 1, 0], [0, 1, 0], [0, 0, 0]], 0.5, [[2, 2, 0], [0, 2, 0], [0, 0, 0]],
    ),
    "recall at k": (lambda: m.recall_at_k(ONE, SCORES, 2), NAN, 1, 1, 1),
    "recall at k, flat labels": (lambda: m.recall_at_k([1, 1, 0], SCORES, 2), NAN, 1, 1, 1),
    "recall at k, two labels": (lambda: m.recall_at_k(TWO, SCORES, 2), NAN, 5 / 6, 5 / 6, 5 / 6),
    "recall at k, a class": (lambda: m.recall_at_k(ONE, SCORES, 2, class_id=1), NAN, 1, 1, 1),
    "recall at k, no class": (lambda: m.recall_at_k(ONE, SCORES, 2, class_id=2), NAN, NAN, NAN, NAN),  # M17
    "precision at k": (lambda: m.precision_at_k(ONE, SCORES, 2, weights=np.float32([1, 0, 1])), NAN, 0.5, 0.5, 0.5),
    "precision at k, two labels": (lambda: m.precision_at_k(TWO, SCORES, 2), NAN, 5 / 6, 5 / 6, 5 / 6),
    "precision at k, a class": (lambda: m.precision_at_k(ONE, SCORES, 1, class_id=1), NAN, 1, 1, 1),
    "precision at top k": (lambda: m.precision_at_top_k(ONE, [[1, 0], [0, 2], [0, 1]]), NAN, 1 / 3, 1 / 3, 1 / 3),
    "recall at top k": (lambda: m.recall_at_top_k(ONE, [[1, 0], [0, 2], [0, 1]]), NAN, 2 / 3, 2 / 3, 2 / 3),
    "average precision": (lambda: m.average_precision_at_k(ONE, SCORES, 2), 0, 2 / 3, 2 / 3, 2 / 3),
    "average precision weighted": (lambda: m.average_precision_at_k(ONE, SCORES, 2, np.float32([1, 0, 1])), 0, 0.75, 0.75, 0.75),
    "average precision, two labels": (lambda: m.average_precision_at_k(TWO, SCORES, 2), 0, 5 / 6, 5 / 6, 5 / 6),
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    """All metrics of the table in one graph: their values before, the updates, the values, the updates again."""
    with Graph().as_default(), Session() as session:
        pairs = {name: make() for name, (make, *_) in TABLE.items()}
        values = {name: value for name, (value, _) in pairs.items()}
        updates = {name: update for name, (_, update) in pairs.items()}
        session.run(local_variables_initializer())
        return [session.run(each) for each in (values, updates, values, updates)]


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


@pytest.mark.parametrize("name", list(TABLE))
def test_values_and_updates(found, name):
    for given, expected in zip(found, TABLE[name][1:], strict=True):
        np.testing.assert_allclose(given[name], expected, rtol=3e-7, atol=0)


def test_variables_and_names():  # M19
    pairs = [
        metrics.accuracy([1], [1]), metrics.precision([1], [1]), metrics.true_positives([1], [1]), metrics.auc([1], [0.5]),
        metrics.accuracy([1], [1]), metrics.recall_at_k([[1]], [[0.1, 0.9]], 1), metrics.mean([1.0], name="mine"),
    ]  # fmt: skip
    assert [each.name for each in local_variables()] == [
        "accuracy/total:0", "accuracy/count:0", "precision/true_positives/count:0", "precision/false_positives/count:0",
        "true_positives/count:0", "auc/true_positives:0", "auc/false_negatives:0", "auc/true_negatives:0",
        "auc/false_positives:0", "accuracy_1/total:0", "accuracy_1/count:0", "recall_at_1/true_positive_at_1:0",
        "recall_at_1/false_negative_at_1:0", "mine/total:0", "mine/count:0",
    ]  # fmt: skip
    assert get_default_graph().get_collection(GraphKeys.METRIC_VARIABLES) == local_variables()
    assert global_variables() == []
    assert get_default_graph().get_collection(GraphKeys.UPDATE_OPS) == []
    assert [(value.name, update.name) for value, update in pairs] == [
        ("accuracy/value:0", "accuracy/update_op:0"), ("precision/value:0", "precision/update_op:0"),
        ("true_positives/Identity:0", "true_positives/AssignAdd:0"), ("auc/value:0", "auc/update_op:0"),
        ("accuracy_1/value:0", "accuracy_1/update_op:0"), ("recall_at_1:0", "recall_at_1/update:0"),
        ("mine/value:0", "mine/update_op:0"),
    ]  # fmt: skip
    kinds = {each.name.split("/")[0]: each.dtype.base_dtype for each in local_variables()}
    assert kinds["accuracy"] is dtypes.float32
    assert kinds["recall_at_1"] is dtypes.float64


def test_collections():
    value, update = metrics.mean([1.0], metrics_collections="a", updates_collections=["b", "c"])
    graph = get_default_graph()
    assert graph.get_collection("a") == [value]
    assert graph.get_collection("b") == graph.get_collection("c") == [update]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: m.accuracy([1, 0], [[1.0, 2.0], [0.0, 1.0]]), ValueError, "Shapes (2, 2) and (2,) are incompatible"),  # M2
        (lambda: m.auc([1, 0], [0.1, 0.4], curve="X"), ValueError, "Curve must be either ROC or PR. Curve X is unknown."),
        (lambda: m.auc([1, 0], [0.1, 0.4], summation_method="X"), ValueError, "Invalid summation_method: X"),
        (lambda: m.mean([1.0, 2.0], [1.0, 2.0, 3.0]), ValueError, "weights can not be broadcast to values"),
        (lambda: m.mean_squared_error(LABELS, GIVEN), TypeError, "takes inputs of one type"),
        (lambda: m.sensitivity_at_specificity(LABELS, GIVEN, 1.5), ValueError, "`specificity` must be in the range [0, 1]."),
        (lambda: m.specificity_at_sensitivity(LABELS, GIVEN, -1.0), ValueError, "`sensitivity` must be in the range [0, 1]."),
        (lambda: m.recall_at_k([[[1]]], SCORES, 1), ValueError, "one axis less"),
    ],
)  # fmt: skip
def test_what_is_refused(make, error, says):
    with pytest.raises(error) as caught:
        make()
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: m.auc([0, 1], [0.1, 1.4]), "predictions must be in [0, 1]"),  # M7
        (lambda: m.mean_iou([0, 3], [0, 1], 3), "is no class"),
        (lambda: m.mean_per_class_accuracy([0, -1], [0, 1], 3), "is no class"),
    ],
)
def test_what_is_refused_at_a_run(make, says):
    _, update = make()
    with Session() as session:
        session.run(local_variables_initializer())
        with pytest.raises(InvalidArgumentError) as caught:
            session.run(update)
    assert says in str(caught.value)


def test_local_variables_are_kept_and_started_again():
    value, update = metrics.mean(constant([1.0, 3.0]))
    with Session() as session:
        session.run(local_variables_initializer())
        session.run(update)
        assert session.run(value) == 2.0
        session.run(local_variables_initializer())
        assert session.run(value) == 0.0
