"""Batch normalisation. Numbers were measured with TensorFlow 2.21.0's tf.layers (tf_keras)."""

import numpy as np
import pytest

from fallline.graph import layers
from fallline.graph.core import dtypes
from fallline.graph.core.gradients import gradients
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.variables import global_variables, global_variables_initializer, trainable_variables
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
