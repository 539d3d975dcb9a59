"""Which rows of the data one network sees, and what they weigh: folds, bootstrap, boosting in one population."""

from __future__ import annotations

import numpy as np
from jaxtyping import Array, Float, Int

from fallline._tree import assign, tree
from fallline.errors import DataError


@tree
class Share:
    """The part of the data that one network has. Its arrays are numbers: members of a population differ in them.

    The network is trained and validated as if the data were these rows alone.

    Attributes:
        train: Rows of the training set on which it is trained, or None for all.
        validation: Rows of the validation set on which it is validated, or None for all. For folds both sets are the
            whole data.
        weight: What each row of the training set weighs in the loss (rows,), times the weight that it has there; None:
            all the same.
    """

    train: Int[Array, "own"] | None = None
    validation: Int[Array, "own"] | None = None
    weight: Float[Array, "rows"] | None = None

    def __post_init__(self) -> None:
        for name in ("train", "validation"):
            rows = getattr(self, name)
            if rows is None:
                continue
            array = np.asarray(rows)
            if array.ndim != 1 or not array.size or array.dtype.kind not in "iu":
                raise DataError(
                    f"Share: {name} must be row numbers (n,), at least one; got {array.dtype} {array.shape}."
                )
            assign(self, **{name: array.astype(np.int32)})
        if self.weight is not None:
            assign(self, weight=np.asarray(self.weight, np.float32))

    def require_fit(self, train: int, validation: int | None) -> None:
        """Refuses a share, of one network or stacked, that does not fit the data. The run does not check indices.

        Args:
            train: Rows of the training set.
            validation: Rows of the validation set, or None.

        Raises:
            DataError: names what does not fit.
        """
        for name, rows, count in (
            ("train", self.train, train),
            ("validation", self.validation, validation or 0),
        ):
            if rows is not None and (np.min(rows) < 0 or np.max(rows) >= count):
                raise DataError(
                    f"Share: {name} holds rows {np.min(rows)} to {np.max(rows)}, but the {name} set has {count} rows."
                )
        if self.weight is not None and self.weight.shape[-1] != train:
            raise DataError(
                f"Share: weight must hold one number per row of the training set ({train},); got {self.weight.shape}."
            )
