"""`keras.constraints`, with the spellings of every year."""

from typing import Any as _Any

from fallline.constraints import (
    Constraint as Constraint,
    MaxNorm as MaxNorm,
    MinMaxNorm as MinMaxNorm,
    NonNeg as NonNeg,
    UnitNorm as UnitNorm,
    deserialize as deserialize,
    get as get,
    min_max_norm as min_max_norm,
    non_neg as non_neg,
    nonneg as nonneg,
    serialize as serialize,
    unit_norm as unit_norm,
    unitnorm as unitnorm,
)
from fallline.old.spaces import names_of as _names_of, starred as _starred


def max_norm(max_value: float = 2, axis: _Any = 0, *, m: float | None = None) -> _Any:
    """Norms of at most max_value; `m` in Keras 1."""
    return MaxNorm(max_value if m is None else m, axis)


maxnorm = max_norm

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
