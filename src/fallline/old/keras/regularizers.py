"""`keras.regularizers`, with the spellings of every year."""

from typing import Any as _Any

from fallline.old.keras.behaviour.classes import of_the_room as _of_the_room
from fallline.old.keras.behaviour.functions_of_arrays import OldRegularizer as _OldRegularizer
from fallline.old.spaces import names_of as _names_of, starred as _starred
from fallline.regularizers import (
    L1 as _L1,
    L1L2 as _L1L2,
    L2 as _L2,
    GroupL1 as GroupL1,
    OrthogonalRegularizer as OrthogonalRegularizer,
    Regularizer as Regularizer,
    deserialize as deserialize,
    get as get,
    orthogonal_regularizer as orthogonal_regularizer,
    serialize as serialize,
)

L1, L2, L1L2 = (_of_the_room(kind, _OldRegularizer) for kind in (_L1, _L2, _L1L2))
WeightRegularizer = ActivityRegularizer = L1L2


def l1(l1: float = 0.01, *, l: float | None = None) -> _Any:  # noqa: E741 - Keras 1
    """The penalty l1 * sum |x|; `l` in Keras 1."""
    return L1(l1 if l is None else l)


def l2(l2: float = 0.01, *, l: float | None = None) -> _Any:  # noqa: E741 - Keras 1
    """The penalty l2 * sum x^2; `l` in Keras 1."""
    return L2(l2 if l is None else l)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> _Any:
    """The penalty l1 * sum |x| + l2 * sum x^2."""
    return L1L2(l1, l2)


activity_l1, activity_l2 = l1, l2
l1l2 = activity_l1l2 = l1_l2

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
