"""Batch normalisation. Numbers were measured with TensorFlow 2.21.0's tf.layers (tf_keras)."""

import numpy as np
import pytest

from fallline.graph import layers
from fallline.graph.core import dtypes
from fallline.graph.core.gradients import gradients
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.variable_lists import (
    global_variables,
    global_variables_initializer,
    trainable_variables,
)
from fallline.graph.initializers import constant_initializer
from fallline.graph.ops.math import reduce_sum, square
from fallline.graph.running.session import Session

ROWS = np.float32([[1], [3]])


def updates():
    return get_default_graph().get_collection(GraphKeys.UPDATE_OPS)


def moving():
    return [each for each in global_variables() if "moving" in each.name]


def after_updates(session, feeds=None, times=1):
    session.run(global_variables_initializer())
    for _ in range(times):
        session.run(updates(), feeds)
    return session.run(moving())


def test_variables_and_updates(placeholder):  # Y4, Y9
    layer = layers.BatchNormalization()
    y = layer(placeholder(None, 3), training=True)
    names = [f"batch_normalization/{name}:0" for name in ("gamma", "beta", "moving_mean", "moving_variance")]
    assert [each.name for each in global_variables()] == names
    assert [each.name for each in trainable_variables()] == names[:2]
    assert layer.variables == global_variables()
    assert layer.non_trainable_variables == [layer.moving_mean, layer.moving_variance]
    found = [each.name for each in updates()]
    assert found == ["batch_normalization/AssignMovingAvg", "batch_normalization/AssignMovingAvg_1"]
    assert layer.updates == updates()
    assert y.name == "batch_normalization/batchnorm/add_1:0"


@pytest.mark.parametrize(
    ("shape", "dtype", "fused", "variance"),
    [
        ((2, 1), "float32", None, 1.0),
        ((2, 1, 1), "float32", None, 1.0),
        ((2, 1, 1, 1), "float32", None, 1.01),
        ((1, 2, 1, 1), "float32", None, 1.01),
        ((2, 1, 1, 1), "float32", False, 1.0),
        ((2, 1, 1, 1), "float64", None, 1.0),
        ((2, 1, 1, 1), "float16", None, 1.01),
    ],
)
def test_which_variance_the_moving_one_follows(placeholder, shape, dtype, fused, variance):  # Y1, Y2, Y8
    x = placeholder(None, *shape[1:], dtype=dtype)
    y = layers.batch_normalization(x, training=True, fused=fused)
    assert y.dtype.name == dtype
    assert {each.dtype.base_dtype.name for each in global_variables()} == {
        "float64" if dtype == "float64" else "float32"
    }
    feeds = {x: ROWS.reshape(shape)}
    with Session() as session:
        found = after_updates(session, feeds)
        np.testing.assert_allclose(np.ravel(found), [0.02, variance], rtol=1e-6)
        outputs = session.run(y, feeds)
    np.testing.assert_allclose(
        np.ravel(outputs), [-0.9995004, 0.9995004], rtol=2e-3 if dtype == "float16" else 1e-6
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 1, 1)])
def test_one_row(placeholder, shape):  # Y1, Y10
    x = placeholder(None, *shape[1:])
    y = layers.batch_normalization(x, training=True)
    slope = gradients(y, x)[0]
    with Session() as session:
        found = after_updates(session, {x: np.full(shape, 5.0)})
        np.testing.assert_allclose(np.ravel(found), [0.05, 0.99], rtol=1e-6)
        for each in session.run([y, slope], {x: np.full(shape, 5.0)}):
            assert np.ravel(each) == [0.0]
        assert session.run(y, {x: np.zeros((0, *shape[1:]))}).shape == (0, *shape[1:])


def test_the_gradient_of_the_sum_is_0(placeholder, run):  # Y10
    x = placeholder(None, 2)
    y = layers.batch_normalization(x, training=True)
    rows = np.float32([[1, 2], [3, 5], [7, 4]])
    slope, squares = run([gradients(y, x)[0], gradients(reduce_sum(square(y)), x)[0]], {x: rows})
    np.testing.assert_allclose(slope, 0.0, atol=1e-6)
    # the sum of squares is nearly the number of rows whatever the rows: its slope vanishes but for epsilon
    np.testing.assert_allclose(squares, 0.0, atol=2e-3)


def test_momentum_is_float32(placeholder):  # Y3
    x = placeholder(None, 1, dtype="float64")
    layers.batch_normalization(x, training=True)
    y = placeholder(None, 1)
    layers.batch_normalization(y, momentum=0.9, training=True)
    feeds = {x: ROWS, y: ROWS}
    with Session() as session:
        assert after_updates(session, feeds)[0].item() == 0.019999999552965164
        means = []
        session.run(global_variables_initializer())
        for _ in range(3):
            session.run(updates(), feeds)
            means.append(session.run(moving()[2]).item())
    np.testing.assert_allclose(means, [0.2, 0.38, 0.542], rtol=1e-6)


def test_updates_run_only_where_asked(placeholder):  # Y4
    x = placeholder(None, 1)
    y = layers.batch_normalization(x, training=True)
    with Session() as session:
        session.run(global_variables_initializer())
        session.run(y, {x: ROWS})
        assert [each.item() for each in session.run(moving())] == [0.0, 1.0]
        with get_default_graph().control_dependencies(updates()):
            after = y * 1.0
        session.run(after, {x: ROWS})
        np.testing.assert_allclose(np.ravel(session.run(moving())), [0.02, 1.0], rtol=1e-6)


def test_every_call_adds_updates(placeholder):  # Y5, Y6, Y7
    x = placeholder(None, 1)
    layers.batch_normalization(x, training=False, name="b")
    assert updates() == []
    layers.batch_normalization(x, training=True, name="b", reuse=True)
    layers.batch_normalization(x, training=True, name="b", reuse=True)
    assert len(updates()) == 4
    layers.batch_normalization(x, training=True, trainable=False, name="fixed")
    assert len(updates()) == 4


def test_training_as_a_tensor(placeholder):  # Y6
    x, training = placeholder(None, 1), placeholder(dtype="bool")
    y = layers.batch_normalization(x, training=training, momentum=0.5)
    slope = gradients(reduce_sum(square(y)), [each for each in global_variables() if "gamma" in each.name])[0]
    assert [each.name for each in updates()] == [
        "batch_normalization/AssignMovingAvg", "batch_normalization/AssignMovingAvg_1",
    ]  # fmt: skip
    with Session() as session:
        session.run(global_variables_initializer())
        session.run(updates(), {x: ROWS, training: False})
        assert [each.item() for each in session.run(moving())] == [0.0, 1.0]
        found = session.run([y, slope], {x: ROWS, training: False})
        np.testing.assert_allclose(found[0], ROWS / np.sqrt(1.001), rtol=1e-6)
        np.testing.assert_allclose(found[1], [2 * 10 / 1.001], rtol=1e-6)
        found = session.run([y, updates()], {x: 2 * ROWS, training: True})
        np.testing.assert_allclose(np.ravel(found[0]), [-2 / np.sqrt(4.001), 2 / np.sqrt(4.001)], rtol=1e-6)
        np.testing.assert_allclose(np.ravel(session.run(moving())), [2.0, 2.5])


def test_trainable_false_uses_the_batch(placeholder, run):  # Y7
    x = placeholder(None, 1)
    y = layers.batch_normalization(x, training=True, trainable=False)
    np.testing.assert_allclose(np.ravel(run(y, {x: ROWS})), [-0.9995004, 0.9995004], rtol=1e-6)


def test_axis_centre_and_scale(placeholder, run):
    x = placeholder(None, 2, 3)
    y = layers.batch_normalization(
        x, axis=1, center=False, training=True, gamma_initializer="ones", epsilon=0.0
    )
    plain = layers.batch_normalization(x, scale=False, center=False, name="plain", training=1)
    assert len(global_variables()) == 5
    rows = np.random.default_rng(0).normal(size=(4, 2, 3)).astype(np.float32)
    found, other = run([y, plain], {x: rows})
    mean, sd = rows.mean((0, 2), keepdims=True), rows.std((0, 2), keepdims=True)
    np.testing.assert_allclose(found, (rows - mean) / sd, atol=1e-5)
    np.testing.assert_allclose(
        other, (rows - rows.mean((0, 1))) / np.sqrt(rows.var((0, 1)) + 1e-3), atol=1e-5
    )


# Four rows of two features; gamma 2, 3, beta 0.1, 0.2, momentum 0.5.
FOUR = np.float32([[1, 2], [3, 5], [7, 1], [2, 2]])


def gamma_and_beta():
    return {
        "gamma_initializer": constant_initializer([2.0, 3.0]),
        "beta_initializer": constant_initializer([0.1, 0.2]),
        "momentum": 0.5,
    }


def test_renormalization(placeholder):  # Y11
    x, one = placeholder(None, 2), placeholder(None, 1)
    y = layers.batch_normalization(
        x, training=True, renorm=True, renorm_momentum=0.8, name="b", **gamma_and_beta()
    )
    found = [each.name for each in updates()]
    assert found == ["b/AssignMovingAvg_2", "b/AssignNewValue"]
    assert [each.name for each in global_variables()][4:] == [
        "b/moving_stddev:0",
        "b/renorm_mean:0",
        "b/renorm_stddev:0",
    ]
    slope = gradients(reduce_sum(square(y)), x)[0]
    first = layers.batch_normalization(one, training=True, renorm=True)
    feeds = {x: FOUR, one: ROWS}
    with Session() as session:
        session.run(global_variables_initializer())
        outputs = [session.run([y, slope, first, updates()], feeds)[:3] for _ in range(2)]
        kept = np.ravel(session.run(global_variables()[2:7]))
    np.testing.assert_allclose(outputs[0][0].ravel(), [2.1, 6.2, 6.1, 15.2, 14.1, 3.2, 4.1, 6.2], rtol=1e-6)
    np.testing.assert_allclose(
        outputs[1][0].ravel(),
        [0.657518, 4.290662, 3.843333, 12.471983, 10.214963, 1.563554, 2.250425, 4.290662],
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        outputs[1][1].ravel(),
        [-0.00221, -0.0033, -0.00025, 0.01652, 0.00368, -0.00991, -0.00123, -0.0033],
        atol=2e-5,
    )
    np.testing.assert_allclose(
        [each[2].ravel() for each in outputs], [[1, 3], [0.9799951, 2.9799852]], rtol=1e-6
    )
    assert np.isfinite(kept).all()


def test_renormalization_within_bounds(placeholder):
    x, training = placeholder(None, 2), placeholder(dtype="bool")
    bounds = {"rmax": 1.2, "rmin": 0.9, "dmax": 0.3}
    y = layers.batch_normalization(
        x, training=training, renorm=True, renorm_clipping=bounds, **gamma_and_beta()
    )
    with Session() as session:
        session.run(global_variables_initializer())
        for _ in range(3):
            outputs = session.run([y, updates()], {x: FOUR, training: True})[0]
        still = session.run([y, updates()], {x: FOUR, training: False})[0]
        again = session.run([y, updates()], {x: FOUR, training: False})[0]
    expected = [-1.67068, -0.099734, 0.436591, 7.098668, 4.651132, -2.499201, -0.617044, -0.099734]
    np.testing.assert_allclose(outputs.ravel(), expected, rtol=2e-5)
    expected = [-1.640948, -0.191225, 0.247538, 6.068375, 4.024509, -2.277758, -0.696705, -0.191225]
    np.testing.assert_allclose(still.ravel(), expected, rtol=2e-5)
    np.testing.assert_array_equal(still, again)


def test_virtual_batches(placeholder):  # Y11
    x, training = placeholder(None, 2), placeholder(dtype="bool")
    both = [
        layers.batch_normalization(x, training=each, virtual_batch_size=2, **gamma_and_beta())
        for each in (True, training)
    ]
    alone = layers.batch_normalization(x, training=True, virtual_batch_size=1)
    expected = [-1.899889, 3.194018, 2.096012, 3.199334, 2.099888, -2.794018, -1.896012, -2.799334]
    with Session() as session:
        session.run(global_variables_initializer())
        found = session.run([*both, alone, updates()], {x: FOUR, training: True})
        for each in found[:2]:
            np.testing.assert_allclose(each.ravel(), expected, rtol=2e-6)
        assert not found[2].any()
        means = np.array(session.run(moving())[:4])
        np.testing.assert_allclose(means.reshape(2, 4), [[1.625, 1.25, 2.8125, 1.125]] * 2, rtol=1e-6)
        still = session.run(both[1], {x: FOUR, training: False})
        np.testing.assert_allclose(
            still, (FOUR - means[0]) / np.sqrt(means[1] + 1e-3) * [2, 3] + [0.1, 0.2], rtol=1e-5
        )
        with pytest.raises(ValueError, match="3"):
            session.run(both[0], {x: FOUR[:3], training: True})
    with pytest.raises(ValueError, match="renorm with virtual_batch_size is not offered"):
        layers.batch_normalization(x, renorm=True, virtual_batch_size=2)


def test_inputs_that_are_not_normalised(placeholder):
    with pytest.raises(ValueError, match="Input has undefined `axis` dimension"):
        layers.batch_normalization(placeholder(None, None))
    with pytest.raises(ValueError, match="Invalid value for `axis` argument"):
        layers.batch_normalization(placeholder(None, 3), axis=2)
    with pytest.raises(TypeError, match="expected floats, got int32"):
        layers.batch_normalization(placeholder(None, 3, dtype="int32"))
    with pytest.raises(TypeError, match="training: expected True, False or a tensor of type bool"):
        layers.batch_normalization(placeholder(None, 3), training=placeholder())
    with pytest.raises(ValueError, match="fused=True takes 4 axes"):
        layers.batch_normalization(placeholder(None, 3), fused=True)
    with pytest.raises(ValueError, match="expected one axis"):
        layers.batch_normalization(placeholder(None, 3, 3), axis=[1, 2])
    assert dtypes.float32 == layers.batch_normalization(placeholder(None, 3)).dtype
