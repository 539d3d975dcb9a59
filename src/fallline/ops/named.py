"""Functions of JAX under the argument names of Keras: `ops.sum(x, axis, keepdims)`, not `jnp.sum(a, axis, dtype, ...)`.

One row of the tables is one list of arguments with the functions that take them. What stands before `/` goes to JAX by
its place, what stands behind it by its name, which both have; `name=value` is a default that JAX has otherwise.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special

Function = Callable[..., Any]

AS_IN_JAX = (
    "arange array einsum eye geomspace identity linspace logspace meshgrid tri unravel_index vectorize"
)
"""Functions of `jax.numpy` that have Keras's arguments."""

NUMPY = {
    "x": (
        "abs absolute arccos arccosh arcsin arcsinh arctan arctanh bitwise_invert bitwise_not cbrt copy corrcoef "
        "cos cosh deg2rad exp exp2 expm1 fabs fliplr flipud isfinite isinf isnan isneginf isposinf log log10 log1p "
        "log2 logical_not negative nonzero rad2deg ravel reciprocal sign signbit sin sinc sinh sqrt square tan tanh trunc"
    ),
    "x1 x2": (
        "add arctan2 divide dot equal floor_divide fmax fmin fmod gcd greater greater_equal heaviside hypot inner kron lcm "
        "ldexp less less_equal logaddexp logaddexp2 logical_and logical_or logical_xor matmul maximum minimum mod multiply "
        "nextafter not_equal outer power subtract true_divide vdot"
    ),
    "x y": (
        "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor left_shift right_shift"
    ),
    "x / axis keepdims": (
        "all amax amin any argmax argmin mean median nanargmax nanargmin nanmax nanmean nanmedian nanmin nanprod nanstd "
        "nansum nanvar ptp std sum var"
    ),
    "x / axis keepdims initial": "max min",
    "x / axis keepdims dtype": "prod",
    "x / axis dtype": "cumprod cumsum nancumprod nancumsum",
    "x q / axis method keepdims": "nanpercentile nanquantile percentile quantile",
    "x / axis": "argsort count_nonzero flip sort squeeze stack",
    "x / axis weights": "average",
    "x axis": "expand_dims",
    "x / axes": "transpose",
    "x / k": "diag diagflat tril triu",
    "x / offset axis1 axis2": "diagonal trace",
    "x / decimals": "round",
    "x / dtype": "empty_like ones_like zeros_like",
    "x fill_value / dtype": "full_like",
    "x / nan posinf neginf": "nan_to_num",
    "x / bins range": "histogram",
    "x / weights minlength": "bincount",
    "x bins": "digitize",
    "x kth / axis": "argpartition",
    "x repeats": "tile",
    "x repeats / axis": "repeat",
    "x shift / axis": "roll",
    "x indices / axis": "take",
    "x indices / axis=None": "take_along_axis",
    "x axis1 axis2": "swapaxes",
    "x source destination": "moveaxis",
    "x pad_width / mode constant_values": "pad",
    "x1 x2 / axis": "append",
    "x1 x2 / axes": "tensordot",
    "x1 x2 / axisa axisb axisc axis": "cross",
    "x1 x2 / assume_unique invert": "isin",
    "x1 x2 / mode": "correlate",
    "x1 x2 / rtol atol equal_nan": "allclose isclose",
    "condition x1=None x2=None": "where",
    "condlist choicelist / default": "select",
    "sorted_sequence values / side": "searchsorted",
    "xs": "dstack hstack vstack",
    "xs / axis": "concatenate",
    "a / n axis": "diff",
    "y x=None / dx axis": "trapezoid",
    "array / k axes": "rot90",
}  # fmt: skip

NN = {
    "x": (
        "hard_sigmoid hard_silu hard_swish hard_tanh log_sigmoid relu relu6 selu sigmoid silu soft_sign softplus "
        "sparse_plus sparse_sigmoid swish"
    ),
    "x / alpha": "celu elu",
    "x / approximate": "gelu",
    "x / axis": "glu log_softmax softmax",
    "x / axis keepdims": "logsumexp",
    "x / b": "squareplus",
    "x / negative_slope=0.2": "leaky_relu",
    "x num_classes / axis dtype": "one_hot",
}

LINALG = {
    "x": "det eigh inv slogdet",
    "x / mode": "qr",
    "x / upper": "cholesky",
    "x / rcond": "pinv",
    "x / tol": "matrix_rank",
    "x / full_matrices compute_uv": "svd",
    "x / ord axis keepdims": "norm",
    "a b": "solve",
}

SPECIAL = {"x": "digamma erf erfc erfinv"}

LAX = {
    "x": "rsqrt",
    "variable": "stop_gradient",
    "pred true_fn false_fn": "cond",
    "lower upper body_fun init_val": "fori_loop",
    "f init xs / length reverse unroll": "scan",
    "f elems / reverse axis": "associative_scan",
    "f xs": "map",
}

SEGMENTS = {
    "data segment_ids num_segments=None sorted=False": "segment_max segment_min segment_prod segment_sum"
}

TABLES: tuple[tuple[ModuleType, Mapping[str, str]], ...] = (
    (jnp, NUMPY),
    (jax.nn, NN),
    (jnp.linalg, LINALG),
    (jax.scipy.special, SPECIAL),
    (jax.lax, LAX),
    (jax.ops, SEGMENTS),
)

_ARRAYS = frozenset("x x1 x2 y q a b array condition indices sorted_sequence values data segment_ids".split())
"""Arguments in which a list of numbers is an array, as in Keras; JAX takes none."""


def functions() -> Iterator[tuple[str, Function]]:
    """Each function of the tables with its name."""
    for name in AS_IN_JAX.split():
        yield name, getattr(jnp, name)
    for module, table in TABLES:
        for arguments, names in table.items():
            for name in names.split():
                yield name, with_arguments(getattr(module, name), arguments)
    yield "softsign", with_arguments(jax.nn.soft_sign, "x")
    yield "switch", jax.lax.switch
    yield "custom_gradient", jax.custom_gradient
    yield "solve_triangular", with_arguments(jax.scipy.linalg.solve_triangular, "a b / lower")


def with_arguments(function: Function, arguments: str) -> Function:
    """A function of JAX that is called with other names; what they lack, such as `where=`, keeps its name in JAX.

    Args:
        function: The function.
        arguments: A row of the tables.
    """
    by_place, _, _ = arguments.partition("/")
    places = [item.partition("=")[0] for item in by_place.split()]
    items = [item.partition("=") for item in arguments.replace("/", "").split()]
    names = [name for name, _, _ in items]
    defaults = {name: ast.literal_eval(value) for name, _, value in items if value}

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(names, args, strict=False))
        if len(args) > len(names) or given.keys() & kwargs.keys():
            raise TypeError(f"{function.__name__} takes each of {', '.join(names)} once.")
        given = defaults | given | kwargs
        first = [_as_array(name, given.pop(name)) for name in places if name in given]
        return function(*first, **given)

    call.__signature__ = _signature(function, names, places, defaults)  # type: ignore[attr-defined]
    return call


def _signature(
    function: Function, names: Sequence[str], places: Sequence[str], defaults: Mapping[str, Any]
) -> inspect.Signature:
    """What may be called with one argument shows it, so that it serves as an activation, say."""
    told = inspect.signature(function).parameters
    parameters: list[inspect.Parameter] = []
    for name in names:
        known = told.get(name) if name not in places else None
        default = defaults.get(name, inspect.Parameter.empty if known is None else known.default)
        if default is inspect.Parameter.empty and parameters and parameters[-1].default is not default:
            default = None  # behind one that may be left out
        parameters.append(inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default))
    return inspect.Signature(parameters)


def _as_array(name: str, value: Any) -> Any:
    return jnp.asarray(value) if name in _ARRAYS and isinstance(value, list | tuple) else value
