"""`keras.regularizers`, with the spellings of every year."""

from fallline.old.spaces import names_of as _names_of, starred as _starred
from fallline.regularizers import (
    L1 as L1,
    L1L2 as L1L2,
    L2 as L2,
    GroupL1 as GroupL1,
    OrthogonalRegularizer as OrthogonalRegularizer,
    Regularizer as Regularizer,
    deserialize as deserialize,
    get as get,
    orthogonal_regularizer as orthogonal_regularizer,
    serialize as serialize,
)

l1, l2 = L1, L2
l1_l2 = l1l2 = WeightRegularizer = ActivityRegularizer = L1L2
activity_l1, activity_l2, activity_l1l2 = L1, L2, L1L2

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
