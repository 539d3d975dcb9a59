"""`ops` takes Keras's arguments, by place and by name, and gives its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from fallline import ops, utils

RNG = np.random.default_rng(0)
A = RNG.normal(size=(4, 6)).astype(np.float32)
B = RNG.normal(size=(4, 6)).astype(np.float32)
P = RNG.uniform(0.01, 1.0, size=(4, 6)).astype(np.float32)
Q = (P / P.sum(-1, keepdims=True)).astype(np.float32)
HOT = np.eye(6, dtype=np.float32)[[0, 5, 2, 2]]
CLASSES = np.array([0, 5, 2, 2], np.int32)
BITS = np.array([[0, 1, 2], [3, 4, 7]], np.int32)
HOLES = np.where(A > 1, np.float32(np.nan), A)
SQUARE = (B @ B.T + 4 * np.eye(4)).astype(np.float32)
RIGHT = A[:, :2]
MASK = A > 0

ELEMENTWISE = (
    "abs absolute arcsinh arctan cbrt ceil copy cos cosh deg2rad exp exp2 expm1 fabs floor isfinite isinf isnan isneginf "
    "isposinf logical_not negative rad2deg ravel reciprocal sign signbit sin sinc sinh square tan tanh trunc fliplr flipud "
    "hard_sigmoid hard_silu hard_swish hard_tanh log_sigmoid relu relu6 selu sigmoid silu softplus softsign sparse_plus "
    "sparse_sigmoid swish celu elu gelu glu leaky_relu log_softmax softmax squareplus logsumexp erf erfc normalize "
    "transpose sort argsort median mean std var sum prod max min amax amin ptp argmax argmin cumsum cumprod nonzero "
    "count_nonzero ndim size dtype shape corrcoef all any ones_like zeros_like diagonal trace nan_to_num norm "
    "svd is_tensor"
).split()  # fmt: skip
POSITIVE = "arccos arcsin arctanh log log10 log1p log2 sqrt rsqrt erfinv".split()
BINARY = (
    "add arctan2 divide equal floor_divide fmax fmin fmod greater greater_equal heaviside hypot inner kron less less_equal "
    "logaddexp logaddexp2 logical_and logical_or logical_xor maximum minimum mod multiply not_equal outer subtract "
    "true_divide vdot nextafter divide_no_nan isclose allclose append"
).split()  # fmt: skip
REDUCTIONS = (
    "all amax amin any argmax argmin max mean median min nanargmax nanargmin nanmax nanmean nanmedian nanmin nanprod nanstd "
    "nansum nanvar prod ptp std sum var logsumexp"
).split()  # fmt: skip
CALLS = [
    *((name, (A,), {}) for name in ELEMENTWISE),
    *((name, (P * 0.9,), {}) for name in POSITIVE),
    ("arccosh", (P + 1,), {}),
    *((name, (A, B), {}) for name in BINARY),
    *((name, (BITS, BITS + 1), {}) for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm")),
    *((name, (BITS, BITS // 2), {}) for name in ("left_shift", "right_shift", "bitwise_left_shift", "bitwise_right_shift")),
    *((name, (BITS,), {}) for name in ("bitwise_invert", "bitwise_not", "stop_gradient", "convert_to_numpy")),
    ("ldexp", (A, np.full(A.shape, 2, np.int32)), {}),
    *((name, (HOLES, -1, True), {}) for name in REDUCTIONS),
    *((name, (), {"x": HOLES, "axis": 0, "keepdims": False}) for name in REDUCTIONS),
    *((name, (HOLES, 1), {}) for name in ("nancumprod", "nancumsum", "cumsum", "cumprod", "flip", "argsort")),
    *((name, (A, 0.3, -1, "nearest", True), {}) for name in ("quantile", "nanquantile")),
    *((name, (A, 30.0, 0), {}) for name in ("percentile", "nanpercentile")),
    ("power", (P, 2.0), {}),
    ("average", (A, -1, P), {}),
    ("average", (A,), {"weights": P}),
    ("max", (A, -1, False, 0.5), {}),
    ("min", (A,), {"axis": -1, "initial": -0.5}),
    ("sum", ([1.0, 2.0],), {}),
    ("mean", ([[1.0, 2.0], [3.0, 5.0]], 0), {}),
    ("log", ([1.0, 2.0],), {}),
    ("maximum", ([1.0, 2.0], 1.5), {}),
    ("clip", (A, -0.5, 0.5), {}),
    ("clip", (A,), {"x_min": -0.5, "x_max": 0.5}),
    ("concatenate", ([A, B], 1), {}),
    ("concatenate", (), {"xs": [A, B], "axis": -1}),
    ("stack", ([A, B], 1), {}),
    ("stack", (), {"x": [A, B], "axis": -1}),
    *((name, ([A, B],), {}) for name in ("hstack", "vstack", "dstack")),
    ("where", (MASK, A, B), {}),
    ("where", (MASK,), {"x1": A, "x2": 0.0}),
    ("where", (MASK,), {}),
    ("select", ([MASK, ~MASK], [A, B], 2.0), {}),
    ("reshape", (A, (-1, 3)), {}),
    ("reshape", (A,), {"newshape": (2, 12)}),
    ("broadcast_to", (A, (2, 4, 6)), {}),
    ("expand_dims", (A, 1), {}),
    ("expand_dims", (A,), {"axis": -1}),
    ("squeeze", (A[:, :1], -1), {}),
    ("swapaxes", (A, 0, 1), {}),
    ("moveaxis", (A,), {"source": 0, "destination": 1}),
    ("transpose", (A,), {"axes": (1, 0)}),
    ("tile", (A, (2, 1)), {}),
    ("tile", (A,), {"repeats": 2}),
    ("repeat", (A, 2, 1), {}),
    ("roll", (A, 2, 1), {}),
    ("rot90", (A, 1), {}),
    ("take", (A, [2, 0], 1), {}),
    ("take", (A,), {"indices": CLASSES, "axis": -1}),
    ("take_along_axis", (A, CLASSES), {}),
    ("take_along_axis", (A, CLASSES[:, None], 1), {}),
    ("pad", (A, ((0, 0), (1, 2))), {}),
    ("pad", (A, ((0, 0), (1, 2)), "constant", 3.0), {}),
    ("pad", (A, ((0, 0), (1, 2))), {"mode": "reflect"}),
    ("round", (A, 1), {}),
    ("nan_to_num", (HOLES, 7.0), {}),
    ("histogram", (A[0],), {}),
    ("histogram", (A[0], 4, (-1.0, 1.0)), {}),
    ("bincount", (CLASSES,), {"minlength": 8}),
    ("digitize", (A, np.array([-1.0, 0.0, 1.0], np.float32)), {}),
    ("searchsorted", (np.array([-1.0, 0.0, 1.0], np.float32), A[0], "right"), {}),
    ("diff", (A, 1, 0), {}),
    ("trapezoid", (A,), {"dx": 0.5, "axis": 0}),
    ("isin", (BITS, [1, 4]), {"invert": True}),
    ("isclose", (A, A + 1e-3, 1e-2), {}),
    ("argpartition", (A[0], 2), {}),
    ("diag", (A, 1), {}),
    ("diagflat", (A[0],), {}),
    ("tril", (A, -1), {}),
    ("triu", (A,), {"k": 1}),
    ("tri", (3, 4, 1), {}),
    ("eye", (3, 4), {}),
    ("identity", (3,), {}),
    ("arange", (1, 7, 2), {}),
    ("linspace", (0.0, 1.0, 5), {}),
    ("logspace", (0.0, 1.0, 5), {}),
    ("geomspace", (1.0, 8.0, 4), {}),
    ("zeros", ((2, 3),), {}),
    ("ones", ((2, 3), "int32"), {}),
    ("full", ((2, 3), 1.5), {}),
    ("full_like", (A, 2), {}),
    ("ones_like", (A,), {"dtype": "int32"}),
    ("array", ([1.0, 2.0],), {}),
    ("convert_to_tensor", ([1, 2], "float32"), {}),
    ("cast", (A, "int32"), {}),
    ("matmul", (A, B.T), {}),
    ("dot", (A, B.T), {}),
    ("tensordot", (A, B, [[1], [1]]), {}),
    ("einsum", ("ij,kj->ik", A, B), {}),
    ("cross", (A[:, :3], B[:, :3]), {}),
    ("correlate", (A[0], B[0, :3], "full"), {}),
    ("trace", (SQUARE,), {}),
    ("diagonal", (SQUARE, 1), {}),
    *((name, (SQUARE,), {}) for name in ("cholesky", "det", "inv", "slogdet", "logdet", "pinv", "matrix_rank")),
    ("eigh", (SQUARE,), {}),
    ("cholesky", (SQUARE, True), {}),
    ("qr", (A,), {}),
    ("svd", (A, False), {}),
    ("solve", (SQUARE, RIGHT), {}),
    ("solve_triangular", (np.tril(SQUARE), RIGHT), {"lower": True}),
    ("lstsq", (A.T, B.T), {}),
    ("norm", (A, 1, -1, True), {}),
    ("normalize", (A, 0, 1), {}),
    ("normalize", (A * 0,), {}),
    ("leaky_relu", (A, 0.3), {}),
    ("gelu", (A, False), {}),
    ("glu", (A, 0), {}),
    ("one_hot", (CLASSES, 6), {}),
    ("one_hot", (CLASSES, 6, 0, "int32"), {}),
    ("multi_hot", (BITS, 8), {}),
    ("in_top_k", (CLASSES, A, 3), {}),
    ("top_k", (A, 2), {}),
    ("moments", (A, [0]), {}),
    ("moments", (A, -1, True), {}),
    ("divide_no_nan", (A, MASK.astype(np.float32)), {}),
    ("unique", (BITS % 3,), {}),
    ("unique", (BITS % 3,), {"return_counts": True}),
    ("unravel_index", (BITS, (3, 4)), {}),
    ("segment_sum", (A, np.array([0, 0, 2, 1]), 3), {}),
    *((name, (A, np.array([0, 1, 1, 1]), 2), {}) for name in ("segment_min", "segment_prod")),
    ("segment_max", (A, np.array([0, 0, 1, 1])), {"num_segments": 2, "sorted": True}),
    ("slice", (A, (1, 2), (2, -1)), {}),
    ("slice_update", (A, (1, 2), B[:2, :2]), {}),
    ("scatter", (np.array([[1], [3], [1]]), np.array([1.0, 2.0, 3.0], np.float32), (5,)), {}),
    ("scatter_update", (A, np.array([[1, 0], [3, 2]]), np.array([1.0, 2.0], np.float32)), {}),
    ("split", (A, [1, 3], 1), {}),
    ("unstack", (A,), {"axis": 1}),
    ("meshgrid", (A[0], B[0]), {"indexing": "ij"}),
    ("get_item", (A, (slice(None), 1)), {}),
    ("binary_crossentropy", (MASK.astype(np.float32), P), {}),
    ("binary_crossentropy", (MASK.astype(np.float32), MASK.astype(np.float32)), {}),
    ("binary_crossentropy", (MASK.astype(np.float32), A), {"from_logits": True}),
    ("categorical_crossentropy", (HOT, Q), {}),
    ("categorical_crossentropy", (HOT, P), {"from_logits": False}),
    ("categorical_crossentropy", (HOT, A, True), {}),
    ("categorical_crossentropy", (HOT.T, Q.T), {"axis": 0}),
    ("sparse_categorical_crossentropy", (CLASSES, P), {}),
    ("sparse_categorical_crossentropy", (CLASSES[:, None], A, True), {}),
]  # fmt: skip


def flat(result):
    """Arrays of a result: one, or a tuple or list of them."""
    if isinstance(result, tuple | list) and not isinstance(result, str):
        return [item for part in result for item in flat(part)]
    return [np.asarray(result)]


@pytest.mark.parametrize(
    ("name", "args", "kwargs"), CALLS, ids=[f"{number}-{call[0]}" for number, call in enumerate(CALLS)]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
def test_as_keras(keras, name, args, kwargs):
    theirs, ours = (flat(getattr(module, name)(*args, **kwargs)) for module in (keras.ops, ops))
    assert len(theirs) == len(ours)
    for one, other in zip(theirs, ours, strict=True):
        assert one.shape == other.shape
        if one.dtype.kind in "biuf":
            np.testing.assert_allclose(other, one, rtol=2e-5, atol=2e-6)
        else:
            assert str(one) == str(other)


def test_loops_are_called_as_in_keras(keras):
    def run(module):
        return [
            module.while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x * 2), (0, 1.0)),
            [module.while_loop(lambda i: i < 9, lambda i: i + 2, 0, maximum_iterations=3)],
            [module.fori_loop(0, 4, lambda i, x: x + i, 0)],
            module.scan(lambda carry, x: (carry + x, carry), np.float32(0), A[0]),
            [module.cond(True, true_fn=lambda: 1.0, false_fn=lambda: 2.0)],
            [module.switch(1, [lambda x: x, lambda x: -x], 3.0)],
            [module.vectorized_map(lambda row: row[0] * 2, A)],
            [module.map(lambda row: row[0] * 2, A)],
            [module.associative_scan(lambda a, b: a + b, A, axis=1)],
            [module.vectorize(lambda row: row.sum(), signature="(n)->()")(module.array(A))],
        ]

    for one, other in zip(flat(run(keras.ops)), flat(run(ops)), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5)


def test_the_names_that_are_in_both_are_compared(keras):
    compared = {name for name, _, _ in CALLS}
    compared |= {"while_loop", "fori_loop", "scan", "cond", "switch", "vectorized_map", "map"}
    compared |= {"associative_scan", "vectorize"}
    without_numbers = {"custom_gradient", "empty", "empty_like"}
    both = {name for name in dir(keras.ops) if name in ops.__all__}
    assert both - compared - without_numbers == set()


@pytest.mark.parametrize("options", [{}, {"axis": 1, "order": 1}, {"order": np.inf}])
@pytest.mark.parametrize("x", [A, BITS, A[0], A * (A[:, :1] > 0)], ids=["rows", "whole", "vector", "zeros"])
def test_normalised_rows(keras, x, options):
    if x.ndim == 1 and "axis" in options:
        options = {**options, "axis": -1}
    one, other = keras.utils.normalize(x, **options), utils.normalize(x, **options)
    assert (one.shape, one.dtype) == (other.shape, other.dtype)
    np.testing.assert_array_equal(other, one)
