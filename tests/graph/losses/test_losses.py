"""Losses. Numbers, names and texts of errors were measured with TensorFlow 2.21.0's compat.v1."""

import numpy as np
import pytest

from fallline.graph import losses
from fallline.graph.core import dtypes
from fallline.graph.core.building import constant
from fallline.graph.core.gradients import gradients
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph
from fallline.graph.errors import InvalidArgumentError
from fallline.graph.losses import Reduction
from fallline.graph.losses.weighting import compute_weighted_loss
from fallline.graph.running.session import Session

# rows of weights 1, 0, 2, 0.5
LABELS = np.float32([[0.64, 0.27, 0.04], [0.02, 0.81, 0.91], [0.61, 0.73, 0.54], [0.94, 0.82, 0.0]])
GIVEN = np.float32([[0.86, 0.03, 0.73], [0.18, 0.86, 0.54], [0.3, 0.42, 0.03], [0.12, 0.67, 0.65]])
WEIGHTS = np.float32([[1.0], [0.0], [2.0], [0.5]])
REDUCTIONS = (Reduction.SUM, Reduction.MEAN, Reduction.SUM_OVER_BATCH_SIZE, Reduction.SUM_BY_NONZERO_WEIGHTS)

# loss: its sum, mean, sum over the batch size, sum by nonzero weights; the gradient of the last by the predictions
MEASURED = {
    "absolute_difference": (
        [4.220000267028809, 0.40190479159355164, 0.3516666889190674, 0.46888890862464905],
        [0.1111111, -0.1111111, 0.1111111, 0, 0, 0, -0.2222222, -0.2222222, -0.2222222, -0.0555556, -0.0555556, 0.0555556],
    ),
    "mean_squared_error": (
        [2.0454001426696777, 0.1948000192642212, 0.17045001685619354, 0.22726668417453766],
        [0.0488889, -0.0533333, 0.1533333, 0, 0, 0, -0.1377778, -0.1377778, -0.2266667, -0.0911111, -0.0166667, 0.0722222],
    ),
    "cosine_distance": (
        [1.569599986076355, 0.44845715165138245, 0.39239999651908875, 0.5231999754905701],
        [-0.2133333, -0.09, -0.0133333, 0, 0, 0, -0.4066667, -0.4866667, -0.36, -0.1566667, -0.1366667, 0],
    ),
    "hinge_loss": (
        [8.829999923706055, 0.8409523963928223, 0.7358333468437195, 0.9811111092567444],
        [-0.1111111, 0.1111111, 0.1111111, 0, 0, 0, -0.2222222, -0.2222222, -0.2222222, -0.0555556, -0.0555556, 0.0555556],
    ),
    "huber_loss": (
        [0.8041250705718994, 0.07658334076404572, 0.06701042503118515, 0.0893472284078598],
        [0.0244444, -0.0266667, 0.0333333, 0, 0, 0, -0.0666667, -0.0666667, -0.0666667, -0.0166667, -0.0083333, 0.0166667],
    ),
    "log_loss": (
        [11.954981803894043, 1.138569712638855, 0.9962484836578369, 1.3283313512802124],
        [0.2030268, -0.9163769, 0.3889734, 0, 0, 0, -0.3280423, -0.2827951, -3.894603, -0.4313969, -0.0376903, 0.1587301],
    ),
    "sigmoid_cross_entropy": (
        [7.545577049255371, 0.7186263799667358, 0.6287980675697327, 0.8383974432945251],
        [0.0100734, 0.0212777, 0.0603117, 0, 0, 0, -0.0030128, -0.0178926, -0.0054446, -0.0178909, -0.0052498, 0.030945],
    ),
    "softmax_cross_entropy": (
        [5.7645039558410645, 1.6470011472702026, 1.4411259889602661, 1.9215012788772583],
        [-0.0488472, -0.0314129, 0.0935935, 0, 0, 0, -0.1391672, -0.1737651, -0.1564011, -0.0988407, -0.0552677, 0.0527751],
    ),
    "sparse_softmax_cross_entropy": (
        [3.9816057682037354, 1.137601613998413, 0.9954014420509338, 1.3272019624710083],
        [-0.1892916, 0.0628093, 0.1264824, 0, 0, 0, 0.2306106, 0.2600127, -0.4906233, 0.0376037, 0.0651768, -0.1027805],
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


def run(*tensors):
    with Session() as session:
        found = session.run(list(tensors))
    return found[0] if len(tensors) == 1 else found


def makers(predictions):
    y = constant(LABELS)
    rounded = constant(np.round(LABELS))
    rows = WEIGHTS[:, 0]
    return {
        "absolute_difference": lambda **k: losses.absolute_difference(y, predictions, WEIGHTS, **k),
        "mean_squared_error": lambda **k: losses.mean_squared_error(y, predictions, WEIGHTS, **k),
        "cosine_distance": lambda **k: losses.cosine_distance(y, predictions, 1, WEIGHTS, **k),
        "hinge_loss": lambda **k: losses.hinge_loss(rounded, predictions, WEIGHTS, **k),
        "huber_loss": lambda **k: losses.huber_loss(y, predictions, WEIGHTS, 0.3, **k),
        "log_loss": lambda **k: losses.log_loss(y, predictions, WEIGHTS, **k),
        "sigmoid_cross_entropy": lambda **k: losses.sigmoid_cross_entropy(y, predictions, WEIGHTS, 0.2, **k),
        "softmax_cross_entropy": lambda **k: losses.softmax_cross_entropy(y, predictions, rows, 0.2, **k),
        "sparse_softmax_cross_entropy": lambda **k: losses.sparse_softmax_cross_entropy(
            [0, 1, 2, 2], predictions, rows, **k
        ),
    }


@pytest.fixture(scope="module")
def found():
    """All losses under all reductions, and gradients, from one run."""
    with Graph().as_default():
        predictions = constant(GIVEN)
        wanted = {
            name: ([make(reduction=each) for each in REDUCTIONS], gradients(make(), predictions)[0])
            for name, make in makers(predictions).items()
        }
        return run(wanted)


@pytest.mark.parametrize("name", list(MEASURED))
def test_values_and_gradients(found, name):
    values, gradient = MEASURED[name]
    np.testing.assert_allclose(found[name][0], values, rtol=3e-6)
    np.testing.assert_allclose(found[name][1].ravel(), gradient, atol=1e-6)


# --- weights and reductions -------------------------------------------------------------------------------


def test_reductions():  # L1
    errors = constant([1.0, 4.0])

    def all_of(weights):
        return [compute_weighted_loss(errors, weights, reduction=each) for each in Reduction.all()]

    twice, one, signed, none = run(
        all_of(2.0), all_of([2.0, 0.0]), all_of([2.0, -1.0]), [*all_of(0.0), *all_of([0.0, 0.0])]
    )
    for found, expected in ((twice, [10, 2.5, 5, 5]), (one, [2, 1, 1, 2])):
        assert [each.item() for each in found[1:]] == expected
    np.testing.assert_array_equal(twice[0], [2, 8])
    np.testing.assert_array_equal(one[0], [2, 0])
    assert (signed[2], signed[4]) == (-2.0, -1.0)  # L3
    assert not np.any(np.concatenate([np.ravel(each) for each in none]))  # L4


def test_weights_are_broadcast_over_axes_of_size_1():  # L2
    errors = constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    values = run(
        compute_weighted_loss(errors, [[1.0], [0.0]]),
        compute_weighted_loss(errors, 2),
        compute_weighted_loss([1.0], [3]),
    )
    np.testing.assert_allclose(values, [2.0, 7.0, 3.0])
    assert run(
        losses.mean_squared_error([[0.0] * 3] * 2, [[1.0, 2, 3], [4, 5, 6]], [[1], [0]])
    ) == np.float32(4.6666665)


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ((2,), "weights can not be broadcast to values. values.rank=2. weights.rank=1. values.shape=(2, 3). weights.shape=(2,)."),
        ((3,), "weights can not be broadcast to values. values.rank=2. weights.rank=1."),
        ((2, 3, 1), "weights can not be broadcast to values. values.rank=2. weights.rank=3."),
        ((2, 2), "weights can not be broadcast to values. Mismatch at dim 1."),
    ],
)  # fmt: skip
def test_weights_of_other_axes(weights, says):  # L2
    with pytest.raises(ValueError, match="broadcast") as caught:
        compute_weighted_loss(constant(np.ones((2, 3), np.float32)), np.ones(weights))
    assert says in str(caught.value)


def test_weights_known_only_at_a_run(placeholder):
    errors, weights = placeholder(), placeholder()
    loss = compute_weighted_loss(errors, weights)
    with Session() as session:
        assert session.run(loss, {errors: [[1, 2]], weights: [[3]]}) == 4.5
        with pytest.raises(ValueError, match="can not be broadcast to values"):
            session.run(loss, {errors: [[1, 2]], weights: [3, 3]})


@pytest.fixture
def placeholder():
    from fallline.graph.core.nodes import Formula

    return lambda sizes=None: (
        get_default_graph().add("Placeholder", [], Formula(max), [(dtypes.float32, sizes)]).outputs[0]
    )


def test_a_batch_of_nothing_is_0():  # L4
    assert run(losses.mean_squared_error(np.zeros((0, 2)), np.zeros((0, 2)))) == 0.0


def test_a_weight_of_0_does_not_protect():  # L5
    assert np.isnan(run(losses.mean_squared_error([0.0, 0.0], [np.nan, 1.0], [0.0, 1.0])))


def test_unknown_reductions():  # L20
    with pytest.raises(ValueError, match="Invalid Reduction Key mean"):
        compute_weighted_loss([1.0], reduction="mean")


def test_weights_have_gradients():
    weights = constant([1.0, 3.0])
    found = gradients(
        compute_weighted_loss([1.0, 4.0], weights, reduction=Reduction.MEAN), weights
    )[0]  # fmt: skip
    # (w1 + 4 w2) / (w1 + w2): by w1 -3 w2 / (w1 + w2)^2
    np.testing.assert_allclose(run(found), [-9 / 16, 3 / 16])


# --- single losses ----------------------------------------------------------------------------------------


def test_labels_that_are_no_class():  # L6
    loss = losses.sparse_softmax_cross_entropy([0, -1], np.zeros((2, 3)), [1.0, 0.0])
    with Session() as session, pytest.raises(InvalidArgumentError, match="Received a label value of -1"):
        session.run(loss)


def test_types_and_axes_of_sparse_labels():  # L7
    with pytest.raises(TypeError):
        losses.sparse_softmax_cross_entropy(np.float32([0.0]), np.zeros((1, 3)))
    with pytest.raises(TypeError):
        losses.sparse_softmax_cross_entropy(np.int8([0]), np.zeros((1, 3)))
    logits = np.float32([[1, 2, 3], [3, 2, 1]])
    flat = losses.sparse_softmax_cross_entropy([0, 1], logits, [1.0, 2.0])
    column = losses.sparse_softmax_cross_entropy([[0], [1]], logits, [[1.0], [2.0]])
    assert np.equal(*run(flat, column))


def test_targets_need_not_sum_to_1():  # L9
    np.testing.assert_allclose(run(losses.softmax_cross_entropy([[2.0, 2.0]], [[0.0, 0.0]])), 2.7725887)


def test_types_of_losses():  # L10
    wide, labels = np.float64([[1.0, 3.0]]), np.float64([[0.0, 1.0]])
    assert losses.mean_squared_error(labels, wide).dtype is dtypes.float32
    assert losses.absolute_difference([1], [2]).dtype is dtypes.float32
    loss = losses.softmax_cross_entropy(labels, wide + 2)
    assert loss.dtype is dtypes.float64
    assert run(loss) == np.float64(np.float32(run(loss)))


def test_hinge_log_cosine_pairs_and_huber():
    hinge, log, cosine, huber = losses.hinge_loss, losses.log_loss, losses.cosine_distance, losses.huber_loss
    pairs = losses.mean_pairwise_squared_error
    rows = np.float32([[1, 2, 4]])
    tensors = [
        hinge([-1.0], [1.0]), hinge([-1.0], [-1.0]),  # L11
        log([1.0], [1.0]), log([1.0], [0.0]),  # L12
        cosine([[3.0, 4.0]], [[3.0, 4.0]], axis=1), cosine([[3.0, 4.0]], [[3.0, 4.0]], dim=1),  # L13
        *[pairs(np.zeros((n, 3)), np.repeat(rows, n, 0)) for n in (1, 2, 3)],  # L14
        pairs(np.zeros((2, 3)), np.repeat(rows, 2, 0), 0.5), pairs(np.zeros((2, 1)), np.ones((2, 1))),
        pairs(LABELS, GIVEN, WEIGHTS),
        huber([0.0], [3.0]), huber([0.0], [3.0], delta=2.0),  # L16
    ]  # fmt: skip
    expected = [
        4, 0, -1.1920929e-07, 16.118095, -24, -24, 4.666666, 9.333332, 13.999998, 4.666666, 0,
        1.0274332761764526, 2.5, 4.0,
    ]  # fmt: skip
    np.testing.assert_allclose(run(*tensors), expected, rtol=3e-6)
    assert np.isnan(run(log([1.0], [1.5])))


def test_slopes_at_the_kinks():  # D12
    error = constant([2.0, -2.0, 1.0])
    found = run(
        gradients(losses.huber_loss([0.0] * 3, error, delta=2.0, reduction="weighted_sum"), error)[0],
        gradients(losses.hinge_loss([1.0] * 3, error, reduction="weighted_sum"), error)[0],
    )
    np.testing.assert_array_equal(found, [[2, -2, 1], [0, -1, 0]])


def test_label_smoothing():  # L15
    found = run(
        losses.softmax_cross_entropy([[1.0, 0.0]], [[1.0, 3.0]], label_smoothing=0.1),
        losses.sigmoid_cross_entropy([[1.0, 0.0]], [[1.0, 3.0]], label_smoothing=0.1),
        losses.softmax_cross_entropy(
            [1.0, 0.0], [1.0, 3.0], label_smoothing=0.1
        ),  # the last axis holds the classes
        losses.softmax_cross_entropy([[[1.0, 0.0]]], [[[1.0, 3.0]]], label_smoothing=0.1),
    )
    np.testing.assert_allclose(found, [2.0269282, 1.6309245, 2.0269282, 2.0269282], rtol=1e-6)


def test_shapes_that_differ(placeholder):  # L17
    with pytest.raises(ValueError, match=r"Shapes \(2, 1\) and \(2,\) are incompatible"):
        losses.mean_squared_error([1.0, 2.0], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="are incompatible"):
        losses.mean_squared_error(placeholder([None]), placeholder([None, 1]))
    unknown = placeholder()
    loss = losses.mean_squared_error([1.0, 2.0], unknown)
    with Session() as session:
        assert session.run(loss, {unknown: [[1.0], [2.0]]}) == 0.5
    with pytest.raises(ValueError, match="labels must not be None"):
        losses.mean_squared_error(None, [1.0])
    with pytest.raises(ValueError, match="You must specify argument 'axis'"):
        losses.cosine_distance([1.0], [1.0])


# --- the collection of losses ------------------------------------------------------------------------------


def test_the_sum_of_all_losses():  # L18, L19
    assert run(losses.get_regularization_loss()) == 0.0
    with pytest.raises(ValueError, match="there is no loss yet"):
        losses.get_total_loss()
    one = losses.mean_squared_error([0.0], [1.0])
    four = losses.mean_squared_error([0.0], [2.0], scope="mine")
    losses.mean_squared_error([0.0], [9.0], loss_collection=None)
    ten = constant(10.0)
    losses.add_loss(ten)
    get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, constant(100.0))
    assert losses.get_losses() == [one, four, ten]
    assert losses.get_losses("mine") == [four]
    found = run(
        losses.get_total_loss(),
        losses.get_total_loss(add_regularization_losses=False),
        losses.get_regularization_loss(),
    )
    assert found == [115.0, 15.0, 100.0]
    assert len(losses.get_regularization_losses()) == 1


def test_names():  # L21
    pair = [[1.0, 2.0]], [[1.0, 2.0]]
    made = [
        losses.mean_squared_error(*pair), losses.softmax_cross_entropy(*pair), losses.sigmoid_cross_entropy(*pair),
        losses.sparse_softmax_cross_entropy([0], pair[1]), losses.hinge_loss(*pair, reduction=Reduction.SUM),
        losses.log_loss(*pair), losses.cosine_distance(*pair, axis=1), losses.absolute_difference(*pair),
        losses.huber_loss(*pair), compute_weighted_loss([1.0]), losses.mean_squared_error(*pair), losses.get_total_loss(),
    ]  # fmt: skip
    assert [each.name for each in made] == [
        "mean_squared_error/value:0", "softmax_cross_entropy_loss/value:0", "sigmoid_cross_entropy_loss/value:0",
        "sparse_softmax_cross_entropy_loss/value:0", "hinge_loss/Sum:0", "log_loss/value:0", "cosine_distance_loss/value:0",
        "absolute_difference/value:0", "huber_loss/value:0", "weighted_loss/value:0", "mean_squared_error_1/value:0",
        "total_loss:0",
    ]  # fmt: skip
