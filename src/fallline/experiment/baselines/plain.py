"""The columns of a table as scikit-learn takes them: numbers as they are, categories as codes, gaps as NaN.

Which columns are used, and as what, follows the preprocessing that the network's inputs come from, so that
network and baselines see the same columns. No bins, circles or steps are made of them:

- a number is itself; a yes or no is 1 or 0; a column of one value and gaps says whether there is a value;
- a date is those of its parts that vary: days since 1970, year, month, day, weekday, hour;
- a category, ordered or not, is the code of its level; the rarest levels share one;
- a text is which frequent words and pieces of words it holds: without them, a table of texts has no baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)
from jaxtyping import Float, Float64, Shaped

from fallline.data.encoders import CategoricalColumn, DateColumn, Encoder, OrderedColumn, TextColumn
from fallline.data.images import ImagePreprocessor
from fallline.data.preprocessing import TablePreprocessor

MOST_LEVELS = 254
"""Levels of one column: of the 255 that scikit-learn's boosting takes, one is for `UNKNOWN`."""

UNKNOWN = -1.0
"""The code of a level that no training row had."""

OTHER = "(other)"
"""The level that the rarest share."""

TRUE, FALSE = "true", "false"


@dataclass(frozen=True)
class PlainColumns:
    """What the columns of a matrix are.

    Args:
        names: One a column.
        categories: Which columns hold codes of categories, by position.
    """

    names: tuple[str, ...]
    categories: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The other columns, by position."""
        return tuple(k for k in range(len(self.names)) if k not in set(self.categories))


def plain_columns(preprocessor: TablePreprocessor) -> PlainColumns:
    """What the columns of `plain_values` are."""
    names: list[str] = []
    categories = []
    for encoder in preprocessor.encoders:
        if _is_category(encoder):
            categories.append(len(names))
        names += _names(encoder)
    return PlainColumns(tuple(names), tuple(categories))


def described_columns(preprocessor: TablePreprocessor) -> list[dict[str, Any]]:
    """Name and kind of each column of `plain_values`; of a category its levels, in the order of their codes."""
    described: list[dict[str, Any]] = []
    for encoder in preprocessor.encoders:
        if _is_category(encoder):
            described.append({"name": encoder.name, "kind": "category", "levels": list(_levels(encoder))})
        else:
            described += [{"name": name, "kind": "number"} for name in _names(encoder)]
    return described


def plain_values(
    preprocessor: TablePreprocessor, frame: pl.DataFrame, *, fill: bool = False
) -> Float64[np.ndarray, "rows columns"]:
    """The rows of a table as scikit-learn takes them.

    Args:
        preprocessor: What the columns are, as learned from the training rows.
        frame: The rows, typed as in training.
        fill: Whether a column that is not there counts as one without values; else it is an error.

    Raises:
        DataError: a column is missing, or holds something else than in training.
    """
    frame = preprocessor.with_all_columns(frame, fill=fill)
    return np.column_stack([_values(encoder, frame[encoder.name]) for encoder in preprocessor.encoders])


def flat_values(
    preprocessor: ImagePreprocessor, x: Shaped[np.ndarray, "rows ..."]
) -> Float[np.ndarray, "rows pixels"]:
    """Images as vectors of numbers near 1, scaled as in the network."""
    scaled: Float[np.ndarray, "rows pixels"] = x.reshape(len(x), -1).astype(np.float32)
    scaled -= np.float32(preprocessor.mean)
    scaled /= np.float32(preprocessor.deviation)
    return scaled


def _is_category(encoder: Encoder) -> bool:
    return isinstance(encoder, CategoricalColumn | OrderedColumn) and not _is_boolean(encoder)


def _is_boolean(encoder: Encoder) -> bool:
    return isinstance(encoder, CategoricalColumn) and set(encoder.categories) == {TRUE, FALSE}


def _levels(encoder: Encoder) -> tuple[str, ...]:
    if isinstance(encoder, OrderedColumn):
        levels = tuple(encoder.levels[place] for place in encoder.seen)
    else:
        assert isinstance(encoder, CategoricalColumn)
        levels = (*encoder.categories, *((OTHER,) if encoder.other else ()))
    return levels if len(levels) <= MOST_LEVELS else (*levels[: MOST_LEVELS - 1], OTHER)


def _names(encoder: Encoder) -> tuple[str, ...]:
    if isinstance(encoder, DateColumn):
        return tuple(f"{encoder.name} {part}" for part in encoder.parts)
    return encoder.feature_names if isinstance(encoder, TextColumn) else (encoder.name,)


def _values(encoder: Encoder, column: pl.Series) -> Float64[np.ndarray, "rows columns"]:
    values = encoder.read(column)
    if isinstance(encoder, DateColumn):
        return encoder.numbers(values)
    if isinstance(encoder, TextColumn):
        return np.asarray(encoder.features(values), np.float64)
    numbers = np.asarray(values, np.float64)[:, None]
    if isinstance(encoder, CategoricalColumn):
        numbers[column.is_null().to_numpy()] = np.nan
        if _is_boolean(encoder):
            numbers[numbers == UNKNOWN] = np.nan
            return numbers if encoder.categories.index(TRUE) else 1.0 - numbers
        return np.asarray(np.minimum(numbers, MOST_LEVELS - 1.0))
    if isinstance(encoder, OrderedColumn):
        # Between two levels of the training rows: it has no code of its own.
        numbers[numbers != np.round(numbers)] = UNKNOWN
        numbers[column.is_null().to_numpy()] = np.nan
        return np.asarray(np.minimum(numbers, MOST_LEVELS - 1.0))
    return numbers
