"""`tf.debugging`: checks of values, made at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fallline.graph.errors import InvalidArgumentError
from fallline.old.tensorflow.second.core.evaluation import flat, is_plain


def _require(holds: Any, message: str | None, otherwise: str) -> None:
    if not np.all(holds):
        raise InvalidArgumentError(None, None, message or otherwise)


def Assert(condition: Any, data: Any, summarize: Any = None, name: Any = None) -> None:
    """Refuses what is not true.

    Raises:
        InvalidArgumentError: it is not.
    """
    _require(np.asarray(condition), None, f"assertion failed: {[*map(str, flat(data))]}")


def _between(holds: Callable[..., Any], words: str) -> Callable[..., None]:
    def check(x: Any, y: Any, message: Any = None, summarize: Any = None, name: Any = None, **_: Any) -> None:
        if is_plain([x, y]):
            return
        _require(
            holds(np.asarray(x), np.asarray(y)), message, f"Condition x {words} y did not hold: {x}, {y}"
        )

    check.__doc__ = f"Refuses an x that is not {words} y, element by element."
    return check


def _of(holds: Callable[..., Any], words: str) -> Callable[..., None]:
    def check(x: Any, message: Any = None, summarize: Any = None, name: Any = None, **_: Any) -> None:
        if is_plain([x]):
            return
        _require(holds(np.asarray(x)), message, f"Condition x {words} did not hold: {x}")

    check.__doc__ = f"Refuses an x that is not {words}, element by element."
    return check


assert_equal = _between(np.equal, "==")
assert_none_equal = _between(np.not_equal, "!=")
assert_less = _between(np.less, "<")
assert_less_equal = _between(np.less_equal, "<=")
assert_greater = _between(np.greater, ">")
assert_greater_equal = _between(np.greater_equal, ">=")
assert_near = _between(lambda x, y: np.isclose(x, y, 1e-5, 1e-5), "~=")
assert_positive = _of(lambda x: x > 0, "> 0")
assert_non_negative = _of(lambda x: x >= 0, ">= 0")
assert_negative = _of(lambda x: x < 0, "< 0")
assert_all_finite = _of(np.isfinite, "finite")


def assert_shapes(shapes: Any, **_: Any) -> None:
    """Taken and left alone."""


def assert_rank(x: Any, rank: Any, message: Any = None, **_: Any) -> None:
    """Refuses an x of another number of axes."""
    _require(np.ndim(x) == int(rank), message, f"rank {np.ndim(x)}, expected {rank}")


def assert_type(tensor: Any, tf_type: Any, message: Any = None, name: Any = None) -> None:
    """Refuses an x of another type.

    Raises:
        TypeError: it is.
    """
    if tensor.dtype != tf_type:
        raise TypeError(message or f"expected {tf_type}, got {tensor.dtype}")


def check_numerics(tensor: Any, message: str, name: Any = None) -> Any:
    """x, if all of it is finite."""
    assert_all_finite(tensor, message)
    return tensor


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether it holds numbers."""
    return np.asarray(tensor).dtype.kind in "iufc"


def set_log_device_placement(enabled: bool) -> None:
    """Taken and left alone."""


def enable_check_numerics(*_: Any, **__: Any) -> None:
    """Taken and left alone: fit says where a run diverges."""


disable_check_numerics = enable_check_numerics
