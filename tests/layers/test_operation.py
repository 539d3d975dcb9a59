"""Functions of `ops` and `activations` on symbolic tensors compute what they compute on arrays."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline import activations, ops
from fallline.errors import ShapeError, UsageError
from fallline.layers import Dense

A = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
B = np.random.default_rng(1).normal(size=(7, 4)).astype(np.float32)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda a, b: ops.abs(a - b), np.abs(A - B)),
        (lambda a, b: ops.concatenate([a, b], axis=-1), np.concatenate([A, B], -1)),
        (lambda a, b: ops.sum(a * b, axis=-1, keepdims=True), (A * B).sum(-1, keepdims=True)),
        (lambda a, b: ops.reshape(a, (-1, 2, 2)), A.reshape(-1, 2, 2)),
        (lambda a, b: ops.where(ops.greater(a, 0.0), a, b), np.where(A > 0, A, B)),
        (lambda a, b: ops.clip(a, -0.5, 0.5), np.clip(A, -0.5, 0.5)),
        (lambda a, b: ops.matmul(a, np.eye(4, 2, dtype=np.float32)), A[:, :2]),
        (lambda a, b: ops.cast(ops.greater(a, b), "float32"), (A > B).astype(np.float32)),
        (lambda a, b: ops.stack([a, b], axis=1), np.stack([A, B], 1)),
        (lambda a, b: ops.normalize(a), A / np.linalg.norm(A, axis=-1, keepdims=True)),
        (lambda a, b: a / b, A / B),
        (lambda a, b: 2.0 / a, 2 / A),
        (lambda a, b: a**2, A**2),
        (lambda a, b: abs(a), np.abs(A)),
        (lambda a, b: activations.relu(a, negative_slope=0.5), np.where(A > 0, A, A / 2)),
        (lambda a, b: activations.softmax(a), np.exp(A) / np.exp(A).sum(-1, keepdims=True)),
    ],
)
def test_as_numpy_has_it(function, expected):
    a, b = fl.Input((4,)), fl.Input((4,))
    output = function(a, b)
    assert output.shape == (None, *expected.shape[1:])
    model = fl.Model([a, b], output)
    np.testing.assert_allclose(model.predict([A, B]), expected, rtol=1e-5, atol=1e-6)


def test_it_trains_and_is_saved(tmp_path):
    a = fl.Input((4,))
    model = fl.Model(a, Dense(1)(ops.square(Dense(3)(a))))
    model.compile("adam", "mse")
    model.fit(A, A[:, :1] ** 2, verbose=0)
    model.save(tmp_path / "m")
    np.testing.assert_array_equal(fl.load_model(tmp_path / "m").predict(A), model.predict(A))
    twin = fl.models.clone_model(model)
    assert [layer.name for layer in twin.layers] == [layer.name for layer in model.layers]


def test_mistakes():
    a = fl.Input((4,))
    with pytest.raises(
        ShapeError, match=r"ops.sum on a symbolic tensor must keep the batch axis.*reduce over the others"
    ):
        ops.sum(a)
    with pytest.raises(UsageError, match="ops.reshape on a symbolic tensor fails on rows of shape"):
        ops.reshape(a, (-1, 3))
    with pytest.raises(UsageError, match="takes numbers, text and lists beside tensors, got object"):
        ops.add(a, object())
    with pytest.raises(UsageError, match="divided by 0"):
        _ = a / 0


def test_the_batch_axis_of_a_shape():
    a = fl.Input((4,))
    rows = ops.shape(a)[0]
    assert rows is None
    parts = ops.reshape(a, (rows, 2, 2))
    row = ops.broadcast_to(parts[:, :1], (rows, 3, 2))
    model = fl.Model(a, [parts, row])
    given = model.predict(A)
    np.testing.assert_array_equal(given[0], A.reshape(7, 2, 2))
    np.testing.assert_array_equal(given[1], np.broadcast_to(A.reshape(7, 2, 2)[:, :1], (7, 3, 2)))
    np.testing.assert_array_equal(ops.reshape(A, (None, 2, 2)), A.reshape(7, 2, 2))
    with pytest.raises(UsageError, match=r"only the first axis, the batch, may be None"):
        ops.reshape(a, (2, rows, 2))
    for make, remedy in (
        (lambda: ops.ones((rows, 1)), r"ops.ones_like\(x\[:, :1\]\)"),
        (lambda: ops.zeros((rows, 1)), r"ops.zeros_like\("),
        (lambda: ops.full((rows, 1), 2.0), r"ops.full_like\(x\[:, :1\], value\)"),
    ):
        with pytest.raises(UsageError, match=rf"\(None, 1\) holds None.*not known.*{remedy}"):
            make()
    with pytest.raises(UsageError, match="ops.size: the number of rows"):
        ops.size(a)


def test_in_the_call_of_a_model():
    class Pairs(fl.Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(4, use_bias=False, kernel_initializer="ones")

        def call(self, x):
            x = self.dense(x)
            return ops.sum(ops.reshape(x, (ops.shape(x)[0], 2, 2)), axis=-1)

    given = Pairs().predict(A)
    np.testing.assert_allclose(given, np.repeat(2 * A.sum(1, keepdims=True), 2, axis=1), rtol=1e-5, atol=1e-5)


def test_several_results():
    a = fl.Input((4,))
    mean, variance = ops.moments(a, [1], keepdims=True)
    values, places = ops.top_k(a, 2)
    model = fl.Model(a, [mean, variance, values, ops.cast(places, "float32")])
    expected = [
        A.mean(1, keepdims=True),
        A.var(1, keepdims=True),
        np.sort(A)[:, ::-1][:, :2],
        np.argsort(-A)[:, :2],
    ]
    for one, other in zip(model.predict(A), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert ops.ndim(a) == 2
    assert ops.dtype(a) == "float32"


def test_keras_s_modules_of_the_same_functions():
    assert ops.nn.relu is ops.relu
    assert ops.numpy.sum is ops.sum
    assert ops.linalg.norm is ops.norm
    with pytest.raises(UsageError, match=r'fallline.ops has no "conv": Fallline is for feedforward networks'):
        _ = ops.conv
    with pytest.raises(UsageError, match="activations.sparsemax"):
        _ = ops.sparsemax


def test_wrong_arguments():
    with pytest.raises(TypeError, match="sum takes each of x, axis, keepdims once"):
        ops.sum(A, 1, axis=1)
    with pytest.raises(UsageError, match='"add", "max", "min" or "mul"'):
        ops.scatter_update(A, [[0, 0]], [1.0], reduction="sum")
    with pytest.raises(ShapeError, match=r"target has shape \(7,\), output \(7, 4\)"):
        ops.binary_crossentropy(A[:, 0], A)
    with pytest.raises(ShapeError, match="One-hot targets go with ops.categorical_crossentropy"):
        ops.sparse_categorical_crossentropy(A, A)


def test_on_arrays_they_are_jax_s():
    np.testing.assert_array_equal(ops.abs(-A), np.abs(A))
    assert ops.shape(A) == (7, 4)
    assert ops.shape(fl.Input((4,))) == (None, 4)
    with pytest.raises(AttributeError, match='Did you mean "square"'):
        _ = ops.squar


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda a: a[:, :2], A[:, :2]),
        (lambda a: a[..., -1:], A[..., -1:]),
        (lambda a: ops.where(a > 0, a, 0.0), np.maximum(A, 0)),
        (lambda a: ops.cast(a <= 0, "float32"), (A <= 0).astype(np.float32)),
        (lambda a: 2.0**a, 2**A),
        (lambda a: ops.split(a, 2, axis=1)[1], A[:, 2:]),
        (lambda a: ops.split(a, [1, 3], axis=1)[1], A[:, 1:3]),
        (lambda a: ops.unstack(a, axis=1)[3], A[:, 3]),
        (lambda a: ops.expand_dims(ops.unstack(a, axis=1)[0], -1), A[:, :1]),
    ],
)
def test_parts_and_comparisons(function, expected, tmp_path):
    a = fl.Input((4,))
    model = fl.Model(a, function(a))
    np.testing.assert_allclose(model.predict(A), expected, rtol=1e-6)
    model.save(tmp_path / "m")
    np.testing.assert_array_equal(fl.load_model(tmp_path / "m").predict(A), model.predict(A))


def test_rows_are_not_gone_through():
    a = fl.Input((4,))
    with pytest.raises(UsageError, match="no values yet, so that there are no rows to go through"):
        list(a)
    with pytest.raises(ShapeError, match="must keep the batch axis"):
        a[:3]
