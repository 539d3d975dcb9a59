"""What a bootstrap draws: single rows, whole groups of rows, or blocks of rows that follow each other in time.

Rows of one time are alike, so that single rows, drawn at random, make intervals too narrow. Blocks of them keep what is alike
together: as many starts are drawn as fill the rows, and from each a block, which at the last row goes on with the first
(circular block bootstrap: Politis and Romano, in Exploring the Limits of Bootstrap, 1992).

How long a block is follows from how long the losses stay alike (Politis and White, Econometric Reviews 23, 2004, section 3,
with the correction of Patton, Politis and White, Econometric Reviews 28, 2009): of a series x of n rows with
autocovariances R(k),

    m       the lag behind which no autocorrelation is beyond 2 sqrt(log10(n) / n), for the next few lags
    G       = sum over |k| <= 2m of  w(k / 2m) |k| R(k),      w(t) = 1 up to 1/2, then 2 (1 - |t|)
    g       = sum over |k| <= 2m of  w(k / 2m) R(k)
    length  = (2 G^2 / (4/3 g^2))^(1/3)  n^(1/3),   at most 3 sqrt(n) and n / 3

The losses of the network and its differences to each other model are such series; the longest length counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float, Int

from fallline.data.tables import find_column
from fallline.experiment.parts import Part
from fallline.experiment.scores import Weights
from fallline.experiment.settings import Settings
from fallline.experiment.tables import ordering
from fallline.own.shown import fields_shown

RESAMPLES = 1000
ROW_DRAWS = 5_000_000
"""Rows drawn in all resamples together: beyond, fewer resamples; 200 suffice where rows are many."""
LEAST_RESAMPLES = 200
AHEAD = 5
"""Lags in a row that must be within chance for those behind to count as nothing: max(5, sqrt(log10(n))), which is 5."""


@dataclass(frozen=True)
class Drawing:
    """Which rows are drawn together.

    Args:
        rows: How many rows there are.
        groups: Code of the group of each row, from 0; None where rows do not belong together.
        order: The rows in the order of time; None where they do not follow each other.
        length: Rows of a block, where they do.
    """

    __repr__ = fields_shown

    rows: int
    groups: Int[np.ndarray, " rows"] | None = None
    order: Int[np.ndarray, " rows"] | None = None
    length: int = 1

    @property
    def units(self) -> int:
        """How many rows, groups or blocks are drawn for a resample."""
        if self.groups is not None:
            return int(self.groups.max()) + 1
        return -(-self.rows // self.length)

    @property
    def words(self) -> str:
        """What is drawn: `the test rows`, `the 12 groups of test rows`."""
        if self.groups is not None:
            return f"the {self.units:,} groups of test rows"
        if self.order is not None:
            return f"blocks of {self.length:,} test rows that follow each other in time"
        return "the test rows"

    def resamples(self, seed: int = 0) -> Iterator[Weights]:
        """How often each row is in each resample: as many rows, groups or blocks drawn with replacement as there are."""
        generator = np.random.default_rng(seed)
        for _ in range(int(np.clip(ROW_DRAWS // self.rows, LEAST_RESAMPLES, RESAMPLES))):
            if self.order is not None:
                yield self._blocks(generator)
                continue
            counts = np.bincount(
                generator.integers(self.units, size=self.units, dtype=np.int32), minlength=self.units
            )
            yield (counts if self.groups is None else counts[self.groups]).astype(np.float64)

    def _blocks(self, generator: np.random.Generator) -> Weights:
        starts = generator.integers(self.rows, size=self.units)
        lengths = np.full(self.units, self.length)
        lengths[-1] = self.rows - self.length * (self.units - 1)  # so that a resample has as many rows
        ends = starts + lengths
        # +1 where a block begins, -1 behind its end, over two rounds of the circle.
        steps = np.bincount(starts, minlength=2 * self.rows + 1) - np.bincount(
            ends, minlength=2 * self.rows + 1
        )
        twice = np.cumsum(steps)[: 2 * self.rows].reshape(2, self.rows).sum(axis=0)
        weights = np.empty(self.rows)
        weights[self.order] = twice
        return weights


def drawing_of(
    settings: Settings, test: Part, errors: Sequence[Sequence[Float[np.ndarray, " rows"]]]
) -> Drawing:
    """What is drawn of the test rows of a run: whole groups with `--group`, blocks with `--time`, else single rows.

    Args:
        settings: How the rows were divided.
        test: The test rows.
        errors: What each model, the network first, is scored by in each row: one loss or a few.
    """
    if test.frame is None:
        return Drawing(len(test))
    if settings.group is not None:
        groups = test.frame[find_column(test.frame, settings.group)]
        return Drawing(len(test), (groups.rank("dense") - 1).cast(pl.Int64).to_numpy())
    times = ordering(settings.time, test.frame)
    if times is None:
        return Drawing(len(test))
    order = np.argsort(times, kind="stable")
    network, *others = errors
    apart = [of - own for other in others for of, own in zip(other, network, strict=True)]
    return Drawing(len(test), order=order, length=block_length(of[order] for of in (*network, *apart)))


def blocks_note(settings: Settings, drawing: Drawing) -> str:
    """That the intervals are of blocks of rows; else empty."""
    if drawing.order is None:
        return ""
    return (
        f'The test rows follow each other by "{settings.time}", and neighbours may be alike, so that the intervals are of '
        f"{drawing.units:,} {drawing.words.removesuffix(' in time')}."
    )


def block_length(series: Iterable[Float[np.ndarray, " rows"]]) -> int:
    """The length of blocks of rows: the longest that one of the series asks for.

    Args:
        series: Losses of the rows, or differences of two losses, in the order of time.
    """
    return max((_length(values) for values in series), default=1)


def standard_error(values: Float[np.ndarray, " rows"]) -> float:
    """That of a mean over rows that follow each other: `sqrt(g / n)`, and no less than that of rows by themselves."""
    memory = _memory(values)
    return float(np.sqrt(max(values.var(), 0.0 if memory is None else memory[1]) / len(values)))


def _length(values: Float[np.ndarray, " rows"]) -> int:
    rows = len(values)
    most = int(np.ceil(min(3 * np.sqrt(rows), rows / 3)))
    memory = _memory(values)
    if memory is None:
        return 1
    of_lags, spectrum = memory
    if spectrum <= 0:
        return most
    return int(np.clip(np.ceil((1.5 * of_lags**2 / spectrum**2 * rows) ** (1 / 3)), 1, most))


def _memory(values: Float[np.ndarray, " rows"]) -> tuple[float, float] | None:
    """G and g; None of very few values, or of equal ones."""
    rows = len(values)
    centred = values - values.mean()
    if rows < 2 * AHEAD or not np.any(np.abs(centred) > 1e-12 * np.abs(values).max()):
        return None
    lags = min(int(np.ceil(np.sqrt(rows))) + AHEAD, rows - 1)
    covariances = np.array([centred[: rows - k] @ centred[k:] / rows for k in range(lags + 1)])
    beyond = np.abs(covariances[1:] / covariances[0]) >= 2 * np.sqrt(np.log10(rows) / rows)
    # The first lag behind which so many in a row are within chance; where there is none, the last one beyond it.
    runs = [k for k in range(lags - AHEAD + 1) if not beyond[k : k + AHEAD].any()]
    last = runs[0] if runs else int(np.flatnonzero(beyond)[-1]) + 1
    bandwidth = min(2 * max(last, 1), lags)
    k = np.arange(1, bandwidth + 1)
    window = np.minimum(1.0, 2 * (1 - k / bandwidth))
    of_lags = 2 * float(window * k @ covariances[1 : bandwidth + 1])
    return of_lags, float(covariances[0] + 2 * window @ covariances[1 : bandwidth + 1])
