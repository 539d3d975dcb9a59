"""What operations give: the numbers that TensorFlow 2.21.0 gives for the same lines, in one run of one graph."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph.core.graph import Graph
from fallline.graph.running.session import Session

NAN, INF = float("nan"), float("inf")

# Division and rounding of whole numbers (R14, R17), argmax and no numbers (R16), one_hot (R20), clipping (D3, D15, D16),
# where of rows (R18), constants that repeat their last value (V16) are among them.
LINES = [
    ("tf.reduce_mean([-1,-2])", -1, "int32"),
    ("tf.reduce_mean([-3,-4,0])", -2, "int32"),
    (
        "tf.cast([2.7,-2.7,1e20,float('nan'),-1e20,2147483647.,-2147483648.],tf.int32)",
        [2, -2, -2147483648, -2147483648, -2147483648, -2147483648, -2147483648],
        "int32",
    ),
    (
        "tf.cast([2.7,-2.7,1e20,float('nan')],tf.int64)",
        [2, -2, -9223372036854775808, -9223372036854775808],
        "int64",
    ),
    ("tf.cast([300.,-5.,2.7],tf.int8)", [44, -5, 2], "int8"),
    ("tf.cast([300.,-5.,2.7],tf.uint8)", [44, 251, 2], "uint8"),
    ("tf.cast([300,-5],tf.uint8)", [44, 251], "uint8"),
    ("tf.cast([0.1,0.,-3.],tf.bool)", [True, False, True], "bool"),
    ("tf.matmul([[1,2]],[[3],[4]])", [[11]], "int32"),
    ("tf.round([.5,1.5,2.5])", [0.0, 2.0, 2.0], "float32"),
    ("tf.clip_by_value(5.,1.,-1.)", 1.0, "float32"),
    ("tf.clip_by_value(tf.constant(5),1,3)", 3, "int32"),
    ("tf.cumsum([1.,2.,3.],exclusive=True)", [0.0, 1.0, 3.0], "float32"),
    ("tf.cumsum([1.,2.,3.],reverse=True)", [6.0, 5.0, 3.0], "float32"),
    ("tf.cumprod([1.,2.,3.],exclusive=True,reverse=True)", [6.0, 3.0, 1.0], "float32"),
    ("tf.range(5.)", [0.0, 1.0, 2.0, 3.0, 4.0], "float32"),
    ("tf.range(1,10,3)", [1, 4, 7], "int32"),
    ("tf.range(5,0,-2)", [5, 3, 1], "int32"),
    ("tf.range(0,1,.3)", [0.0, 0.30000001, 0.60000002, 0.90000004], "float32"),
    ("tf.linspace(1.,2.,4)", [1.0, 1.3333334, 1.6666667, 2.0], "float32"),
    ("tf.linspace(0., 3, 4)", [0.0, 1.0, 2.0, 3.0], "float32"),
    ("tf.one_hot([0,-1,3],3)", [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], "float32"),
    ("tf.one_hot([0,1],2,on_value=5)", [[5, 0], [0, 5]], "int32"),
    ("tf.one_hot([0,1],2,on_value=5.,off_value=-1.,axis=0)", [[5.0, -1.0], [-1.0, 5.0]], "float32"),
    ("tf.where([True,False],[[1.,2.],[3.,4.]],[[0.,0.],[0.,0.]])", [[1.0, 2.0], [0.0, 0.0]], "float32"),
    ("tf.gather([[1.,2.],[3.,4.]],[1],axis=1)", [[2.0], [4.0]], "float32"),
    ("tf.reduce_logsumexp([1.,2.])", 2.3132617, "float32"),
    ("tf.sequence_mask([1,3],4)", [[True, False, False, False], [True, True, True, False]], "bool"),
    ("tf.matrix_inverse([[2.,1.],[1.,3.]])", [[0.60000002, -0.2], [-0.2, 0.40000001]], "float32"),
    ("tf.matrix_determinant([[2.,1.],[1.,3.]])", 5.0, "float32"),
    ("tf.div(-7,2)", -4, "int32"),
    ("tf.truncatediv(-7,2)", -3, "int32"),
    ("tf.mod(-7,2)", 1, "int32"),
    ("tf.truncatemod(-7,2)", -1, "int32"),
    ("tf.constant(7)/2", 3.5, "float64"),
    ("tf.floordiv(-7.5,2.)", -4.0, "float32"),
    ("tf.mod(-7.5,2.)", 0.5, "float32"),
    ("tf.argmax([float('nan'),1.,3.])", 2, "int64"),
    ("tf.argmin([float('nan'),1.,3.])", 1, "int64"),
    ("tf.reduce_max([float('nan'),1.,3.])", NAN, "float32"),
    ("tf.maximum(float('nan'),1.)", NAN, "float32"),
    ("tf.maximum(1.,float('nan'))", NAN, "float32"),
    ("tf.argmax([float('nan'),float('nan')])", 0, "int64"),
    ("tf.argmax([[1,1],[2,0]])", [1, 0], "int64"),
    ("tf.norm([3.,4.])", 5.0, "float32"),
    ("tf.norm([3.,4.],ord=1)", 7.0, "float32"),
    ("tf.norm([3.,4.],ord=np.inf)", 4.0, "float32"),
    ("tf.norm([3.,4.],ord=3)", 4.4979415, "float32"),
    ("tf.unstack(tf.constant([[1,2],[3,4]]),axis=1)", [[1, 3], [2, 4]], "int32"),
    ("tf.split(tf.constant([1,2,3,4,5]),[2,-1])", [[1, 2], [3, 4, 5]], "int32"),
    ("tf.tensordot([[1.,2.],[3.,4.]],[[1.,0.],[2.,1.]],1)", [[5.0, 2.0], [11.0, 4.0]], "float32"),
    ("tf.tensordot([[1.,2.],[3.,4.]],[[1.,0.],[2.,1.]],[[0],[1]])", [[1.0, 5.0], [2.0, 8.0]], "float32"),
    ("tf.eye(2,3)", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], "float32"),
    ("tf.boolean_mask([[1,2],[3,4]],[True,False])", [[1, 2]], "int32"),
    ("tf.saturate_cast([300.,-5.],tf.uint8)", [255, 0], "uint8"),
    ("tf.clip_by_norm([[3.,4.],[6.,8.]],5.,axes=1)", [[3.0, 4.0], [3.0, 4.0]], "float32"),
    (
        "tf.clip_by_norm([[3.,4.],[6.,8.]],5.,axes=[0])",
        [[2.236068, 2.236068], [4.472136, 4.472136]],
        "float32",
    ),
    ("tf.clip_by_norm([3.,4.],-1.)", [0.0, 0.0], "float32"),
    ("tf.clip_by_average_norm([3.,4.],1.)", [1.2, 1.6], "float32"),
    (
        "tf.clip_by_global_norm([tf.constant([3.]),None,tf.constant([4.])],1.)[0][0::2]",
        [[0.60000002], [0.80000001]],
        "float32",
    ),
    (
        "tf.clip_by_global_norm([tf.constant([float('inf')]),tf.constant([4.])],1.)",
        [[[NAN], [NAN]], INF],
        "float32",
    ),
    ("tf.clip_by_global_norm([tf.constant([0.])],1.)", [[[0.0]], 0.0], "float32"),
    ("tf.count_nonzero([[1,0],[2,3]],axis=0)", [2, 1], "int64"),
    ("tf.erf([0.5])", [0.52049989], "float32"),
    ("tf.lgamma([0.5])", [0.57236493], "float32"),
    ("tf.digamma([0.5])", [-1.9635108], "float32"),
    ("tf.atan2(1.,-1.)", 2.3561945, "float32"),
    ("tf.squared_difference(3,1)", 4, "int32"),
    ("tf.tile([[1,2]],[2,1])", [[1, 2], [1, 2]], "int32"),
    ("tf.pad([[1,2]],[[1,0],[0,1]])", [[0, 0, 0], [1, 2, 0]], "int32"),
    ("tf.pad([1,2,3],[[2,1]],'REFLECT')", [3, 2, 1, 2, 3, 2], "int32"),
    ("tf.pad([1,2,3],[[2,1]],'SYMMETRIC')", [2, 1, 1, 2, 3, 3], "int32"),
    ("tf.reverse([1,2,3],[0])", [3, 2, 1], "int32"),
    ("tf.meshgrid([1,2],[3,4,5])", [[[1, 2], [1, 2], [1, 2]], [[3, 3], [4, 4], [5, 5]]], "int32"),
    ("tf.matrix_band_part([[1,2],[3,4]],0,-1)", [[1, 2], [0, 4]], "int32"),
    ("tf.constant([1,2],shape=[5])", [1, 2, 2, 2, 2], "int32"),
    ("tf.fill([2],3)", [3, 3], "int32"),
    ("tf.rsqrt(4.)", 0.5, "float32"),
    ("tf.expand_dims([1,2],-1)", [[1], [2]], "int32"),
    ("tf.slice([[1,2,3],[4,5,6]],[0,1],[-1,2])", [[2, 3], [5, 6]], "int32"),
    ("tf.constant([[1,2,3],[4,5,6]])[::-1,1]", [5, 2], "int32"),
    ("tf.constant([1,2,3])[tf.constant(1):]", [2, 3], "int32"),
    ("tf.cross([1.,0.,0.],[0.,1.,0.])", [0.0, 0.0, 1.0], "float32"),
    ("tf.trace([[1.,2.],[3.,4.]])", 5.0, "float32"),
    ("tf.reduce_all([True,False])", False, "bool"),
    ("tf.equal([1,2],[1,3])", [True, False], "bool"),
    ("tf.div_no_nan(1.,0.)", 0.0, "float32"),
    ("tf.reshape([1,2,3,4],[2,-1])", [[1, 2], [3, 4]], "int32"),
    ("tf.squeeze([[[1]]])", 1, "int32"),
    ("tf.einsum('ij,j->i',tf.constant([[1.,2.],[3.,4.]]),tf.constant([1.,1.]))", [3.0, 7.0], "float32"),
    ("tf.diag([1.,2.])", [[1.0, 0.0], [0.0, 2.0]], "float32"),
    ("tf.zeros([2,3],tf.bool)", [[False, False, False], [False, False, False]], "bool"),
    ("tf.ones([2],tf.bool)", [True, True], "bool"),
    ("tf.reduce_mean(tf.zeros([0]))", NAN, "float32"),
    ("tf.abs([-1,2])", [1, 2], "int32"),
    ("tf.negative(3)", -3, "int32"),
    ("tf.pow(2,3)", 8, "int32"),
    ("tf.constant([1,2])**2", [1, 4], "int32"),
]


@pytest.fixture(scope="module")
def values(tf):
    """The values of all lines, of one run."""
    with Graph().as_default() as graph:
        fetches = {line: eval(line, {"tf": tf, "np": np}) for line, _, _ in LINES}
        with Session(graph=graph) as session:
            return session.run(fetches)


def flat(value):
    if isinstance(value, list | tuple):
        return [each for part in value for each in flat(part)]
    return np.asarray(value).reshape(-1).tolist()


def first(value):
    return first(value[0]) if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(("line", "expected", "kind"), LINES, ids=[line for line, _, _ in LINES])
def test_value(values, line, expected, kind):
    value = values[line]
    assert first(value).dtype == kind
    if not isinstance(value, list | tuple):
        assert np.shape(value) == np.shape(expected)
    np.testing.assert_allclose(flat(value), flat(expected), rtol=1e-6, atol=1e-7)


def test_text_is_pythons(tf, graph, run):
    """Text never goes into a program: what it is made of, and what is fed, comes back as bytes."""
    given = tf.placeholder(tf.string, [])
    many = tf.constant([["a"] * 20])
    fetches = [
        tf.constant("Hello"),
        tf.identity("x") + given,
        given,
        tf.constant(1) + 1,
        many,
        tf.add("a", ["b", "c"]),
    ]
    found = run(fetches, {given: "y"})
    assert found[:2] == [b"Hello", b"xy"]
    assert found[2].item() == b"y"
    assert found[3] == 2
    assert found[4].tolist() == [[b"a"] * 20]
    assert found[5].tolist() == [b"ab", b"ac"]


def test_axes_as_users_give_them(tf, graph, run):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    axes = [
        -1,
        [1],
        np.array([1]),
        np.int64(1),
        range(1, 2),
        tf.constant(1),
        tf.range(1, tf.rank(x)),
        tf.rank(x) - 1,
    ]
    for found in run([tf.reduce_sum(x, axis) for axis in axes]):
        assert found.tolist() == [3.0, 7.0]
    assert run(tf.reduce_sum(x, np.array([0, 1]))) == 10.0
    assert run([tf.argmax(x, np.int64(1)), tf.argmax(x, tf.rank(x) - 1)])[1].tolist() == [1, 1]
