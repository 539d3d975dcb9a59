"""Sets of classes that hold the true one for a wanted share of new rows, whatever the model is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from fallline.calibration.checks import checked_level, class_shares, codes_of
from fallline.calibration.scores import Scores
from fallline.data.saved import from_saved
from fallline.errors import SavedFileError
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class ConformalSets:
    """For each row the classes that are likely enough, by how likely the true classes of other rows were.

    set = {k : 1 - p_k <= q},   q = the ceil((n + 1) level)-th smallest of the n scores 1 - p(true class)

    over rows that the model was not fitted on. The likeliest class is always in the set. Of new rows drawn as those were,
    at least `level` have their class in the set, on average over all rows; of all such rules with one bound, this one has
    the smallest sets. A model that is right more often than `level` gives sets of one class, and then holds more.

    Args:
        scores: The scores of the rows.

    Source: Sadinle, Lei and Wasserman, "Least ambiguous set-valued classifiers with bounded error levels" (2019), theorem
    1, with the split conformal quantile of Vovk, Gammerman and Shafer, "Algorithmic learning in a random world" (2005).
    """

    __repr__ = fields_shown

    scores: Scores

    @classmethod
    def fit(
        cls, true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
    ) -> ConformalSets:
        """Sets from rows that the model was not fitted on.

        Args:
            true: Code of each row's class, from 0.
            probabilities: Of each class, rows summing to 1; or, of two classes, of the second.

        Raises:
            DataError: no rows, codes that are no classes, or numbers that are no probabilities.
        """
        shares = class_shares(probabilities, "ConformalSets.fit")
        codes = codes_of(true, shares, "ConformalSets.fit")
        return cls(Scores.of(1 - shares[np.arange(len(codes)), codes]))

    def __call__(
        self, probabilities: Float[np.ndarray, "rows classes"], level: float = 0.9
    ) -> Bool[np.ndarray, "rows classes"]:
        """Whether each class is in the set of each row; all are where the rows were too few for the level.

        Args:
            probabilities: Of new rows.
            level: The share of new rows to hold.

        Raises:
            UsageError: a level that is not between 0 and 1.
            DataError: numbers that are no probabilities.
        """
        shares = class_shares(probabilities, "ConformalSets")
        within = 1 - shares <= self.scores.quantile(checked_level(level, "ConformalSets"))
        within[np.arange(len(shares)), shares.argmax(axis=1)] = True
        return within

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes equal sets."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> ConformalSets:
        """The sets that `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or from another version.
        """
        try:
            return from_saved(cls, config, scores=from_saved(Scores, config["scores"]))
        except (KeyError, TypeError) as error:
            raise SavedFileError(f"the saved sets of classes cannot be read: {error!r}.") from error
