"""Names of nodes as TensorFlow 2.21.0 gives them, and spellings of before TensorFlow 1.0."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph.core.failures import OldNameWarning

NAMES = {
    "tf.add(x, 1.0)": "Add:0", "x + 1.0": "add:0", "x - 1.0": "sub:0", "1.0 - x": "sub:0", "x * 2.0": "mul:0", "x / 2.0": "truediv:0",
    "x ** 2": "pow:0", "x % 2.0": "mod:0", "x // 2.0": "floordiv:0", "-x": "Neg:0", "abs(x)": "Abs:0", "x > 1": "Greater:0",
    "~b": "LogicalNot:0", "b & b": "and:0", "tf.divide(x, 2.0)": "truediv:0", "tf.div(x, 2.0)": "div:0", "tf.mod(x, 2.0)": "FloorMod:0",
    "tf.pow(x, 2.0)": "Pow:0", "tf.reduce_mean(x)": "Mean:0", "tf.argmax(x, 1)": "ArgMax:0", "tf.cast(x, tf.int32)": "Cast:0",
    "tf.to_float(i)": "ToFloat:0", "tf.reshape(x, [-1])": "Reshape:0", "tf.transpose(x)": "transpose:0",
    "tf.concat([x, x], 0)": "concat:0", "tf.stack([x, x])": "stack:0", "tf.unstack(x, axis=1)[1]": "unstack:1",
    "tf.split(x, 3, axis=1)[2]": "split:2", "tf.slice(x, [0, 0], [1, 2])": "Slice:0", "x[0]": "strided_slice:0",
    "tf.gather(x, i)": "GatherV2:0", "tf.one_hot(i, 3)": "one_hot:0", "tf.shape(x)": "Shape:0", "tf.rank(x)": "Rank:0",
    "tf.zeros([2])": "zeros:0", "tf.ones_like(x)": "ones_like:0", "tf.range(3)": "range:0", "tf.eye(3)": "eye/diag:0",
    "tf.where(b, x, x)": "Select:0", "tf.nn.top_k(x, 2)[1]": "TopKV2:1", "tf.clip_by_value(x, 0.0, 1.0)": "clip_by_value:0",
    "tf.clip_by_norm(x, 1.0)": "clip_by_norm:0", "tf.global_norm([x])": "global_norm/global_norm:0",
    "tf.placeholder_with_default(1.0, [])": "PlaceholderWithDefault:0", "tf.add(x, 1.0, name='s')": "s:0",
    "tf.sequence_mask(i, 3)": "SequenceMask/Less:0",
}  # fmt: skip


@pytest.mark.parametrize("line", NAMES)
def test_name(tf, graph, line):
    x = tf.placeholder(tf.float32, [None, 3], "x")
    i, b = tf.placeholder(tf.int32, [None], "i"), tf.placeholder("bool", [None, 3], "b")
    assert eval(line, {"tf": tf, "x": x, "i": i, "b": b}).name == NAMES[line]
    with graph.name_scope("inner"):
        assert eval(line, {"tf": tf, "x": x, "i": i, "b": b}).name == f"inner/{NAMES[line]}"


@pytest.mark.parametrize(
    ("line", "new", "expected"),
    [
        ("tf.mul(x, 2.0)", "tf.multiply", [2.0, 4.0]),
        ("tf.sub(x, 1.0)", "tf.subtract", [0.0, 1.0]),
        ("tf.neg(x)", "tf.negative", [-1.0, -2.0]),
        ("tf.pack([x, x])[1]", "tf.stack", [1.0, 2.0]),
        ("tf.unpack(tf.reshape(x, [1, 2]))[0]", "tf.unstack", [1.0, 2.0]),
        ("tf.select(x > 1, x, -x)", "tf.where", [-1.0, 2.0]),
        ("tf.arg_max(tf.reshape(x, [1, 2]), 1)", "tf.argmax", [1]),
        ("tf.concat(0, [x, x])", r"tf.concat\(values, axis\)", [1.0, 2.0, 1.0, 2.0]),
        ("tf.concat(concat_dim=0, values=[x, x])", r"tf.concat\(values, axis\)", [1.0, 2.0, 1.0, 2.0]),
        ("tf.split(split_dim=0, num_split=2, value=x)[1]", r"tf.split\(value, number, axis\)", [2.0]),
        (
            "tf.nn.sigmoid_cross_entropy_with_logits(x * 0.0, targets=x * 0.0)",
            "labels=",
            [0.6931472, 0.6931472],
        ),
        ("tf.split(0, 2, x)[1]", r"tf.split\(value, number, axis\)", [2.0]),
    ],
)
def test_old_spellings_work_and_say_the_later_line(tf, graph, run, line, new, expected):
    x = tf.constant([1.0, 2.0])
    with pytest.warns(OldNameWarning, match=new):
        tensor = eval(line, {"tf": tf, "x": x})
    np.testing.assert_allclose(run(tensor), expected, rtol=1e-6)


def test_axes_by_their_old_names(tf, graph, run):
    """R23."""
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    found = run(
        [
            tf.reduce_sum(x, reduction_indices=[1]),
            tf.reduce_max(x, 0, keep_dims=True),
            tf.argmax(x, dimension=1),
            tf.expand_dims(x, dim=0),
        ]
    )
    assert [each.tolist() for each in found] == [[3.0, 7.0], [[3.0, 4.0]], [1, 1], [[[1.0, 2.0], [3.0, 4.0]]]]
