"""Division of rows into training, validation and test parts: at random and alike, by time, or by groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int32, Int64, Shaped

from fallline.errors import DataError, UsageError
from fallline.own.shown import fields_shown

_BINS = 20
_ROWS_PER_BIN = 10
_MOST_DIVISIONS = 7000
"""Divisions of few groups that are all looked at: those of 8 groups into 3 parts."""
_DRAWS = 700
"""Divisions of more groups that are drawn."""
_MOST_COUNTED = 2_000_000
"""Draws x groups x strata: some tenths of a second."""


@dataclass(frozen=True)
class Split:
    """The row numbers of each part, ascending; together every row once.

    Args:
        training: Rows the network learns from.
        validation: Rows that decide when to stop.
        test: Rows kept for the final judgement; may be empty.
    """

    __repr__ = fields_shown

    training: Int64[np.ndarray, " rows"]
    validation: Int64[np.ndarray, " rows"]
    test: Int64[np.ndarray, " rows"]


def split_rows(
    rows: int,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int = 0,
    strata: Int32[np.ndarray, " rows"] | None = None,
    times: Shaped[np.ndarray, " rows"] | None = None,
    groups: Shaped[np.ndarray, " rows"] | None = None,
) -> Split:
    """Divides row numbers 0 to rows - 1. The same seed gives the same parts on every machine.

    At random, the default: the rows of each stratum are shuffled and spread evenly over one line, and the line is
    cut. So every stratum has its share of each part to within one row, the parts have their exact sizes, and a
    class too rare for all parts is in the training part (as long as that has a row for each class).

    By time: the earliest rows are the training part, the latest the test part, cut nearest to the shares where no
    moment is divided; of too few moments, training and validation part share one, in the order of the rows.

    By groups: all rows of a group are in one part. Of the divisions that the seed draws (of few groups: of all)
    it is the one whose parts are nearest to their sizes and hold the strata most alike, each in the training part.

    Args:
        rows: How many rows there are.
        validation: Share of the validation part, in [0, 1).
        test: Share of the test part, in [0, 1).
        seed: Of the random order.
        strata: The stratum of each row: class codes, or `quantile_strata` of a number; None for one stratum.
        times: The time of each row: numbers, or NumPy's dates; None to take no notice of time.
        groups: The group of each row: numbers or texts; None where rows do not belong together.

    Raises:
        UsageError: a share is outside [0, 1), nothing is left for training, a part would be empty, all rows are
            of one time, there are fewer groups than parts, or both times and groups are given.
        DataError: a row has no time, or no group.
    """
    test_size, validation_size = _sizes(rows, {"test": test, "validation": validation})
    cuts = [rows - test_size - validation_size, rows - test_size]
    if times is not None and groups is not None:
        raise UsageError(
            "rows are divided by time or by groups, not by both. Take what new rows will differ in."
        )
    if times is not None:
        return _by_time(_present(times, rows, "time"), cuts)
    codes = np.zeros(rows, np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    generator = np.random.default_rng(seed)
    if groups is not None:
        members = np.unique(_present(groups, rows, "group"), return_inverse=True)[1]
        part = _part_of_groups(members, codes, cuts, generator)[members]
        return Split(*(np.flatnonzero(part == number) for number in range(3)))
    return _at_random(codes, cuts, generator)


def _at_random(codes: Int64[np.ndarray, " rows"], cuts: list[int], generator: np.random.Generator) -> Split:
    line = spread_evenly(codes, generator, cuts[0] / codes.size)
    return Split(*(np.sort(part) for part in np.split(line, cuts)))


def spread_evenly(
    codes: Int64[np.ndarray, " rows"], generator: np.random.Generator, share: float
) -> Int64[np.ndarray, " rows"]:
    """Row numbers in a random order in which each stretch holds its share of every stratum to within one row.

    Args:
        codes: The stratum of each row.
        generator: Of the order.
        share: The share of rows at the beginning that is to have each stratum, be it too small for that by its share.
    """
    shuffled = generator.permutation(codes.size)
    grouped = shuffled[np.argsort(codes[shuffled], kind="stable")]
    _, counts = np.unique(codes, return_counts=True)
    # The beginning is what trains: a stratum too small for its share there starts at 0.
    offsets = np.where(counts * share < 1, 0.0, generator.random(counts.size))
    places = [(np.arange(count) + offset) / count for count, offset in zip(counts, offsets, strict=True)]
    for stratum in places:
        stratum[0] = 0.0  # where training has a row for each class, each class is in it
    line: Int64[np.ndarray, " rows"] = grouped[np.argsort(np.concatenate(places), kind="stable")]
    return line


def _by_time(times: Shaped[np.ndarray, " rows"], cuts: list[int]) -> Split:
    line = np.argsort(times, kind="stable")
    ordered = times[line]
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1  # where a new moment begins
    first, second = cuts
    asked = len({first, second} - {times.size})
    if asked and not changes.size:
        raise UsageError(
            f"all {times.size} rows are of one time ({ordered[0]}); there is no earlier and later. "
            "Take another column for the time, or divide at random."
        )
    if second < times.size:
        # One change is left for the beginning of the validation part, if there is to be one.
        second = max(asked, _nearest(changes[1:] if asked == 2 and changes.size > 1 else changes, second))
    if cuts[0] == cuts[1]:
        first = second
    else:
        earlier = changes[changes < second]
        first = _nearest(earlier, first) if earlier.size else min(first, second - 1)
    return Split(*(np.sort(part) for part in np.split(line, [first, second])))


def _nearest(places: Int64[np.ndarray, " places"], wanted: int) -> int:
    return int(places[np.argmin(np.abs(places - wanted))])


def _part_of_groups(
    members: Int64[np.ndarray, " rows"],
    codes: Int64[np.ndarray, " rows"],
    cuts: list[int],
    generator: np.random.Generator,
) -> Int64[np.ndarray, " groups"]:
    """The number of the part (0 training, 1 validation, 2 test) of each group."""
    wanted = np.diff([0, *cuts, members.size])
    parts = np.flatnonzero(wanted)
    groups, strata = int(members.max()) + 1, int(codes.max()) + 1
    if groups < parts.size:
        names = ", ".join(("training", "validation", "test")[part] for part in parts)
        raise UsageError(
            f"{groups} {'group' if groups == 1 else 'groups'} cannot be divided into {parts.size} parts ({names}) with "
            "each group in one part. Take a column of more groups, or a share of 0 for the validation or the test part."
        )
    counts = np.bincount(members * strata + codes, minlength=groups * strata).reshape(groups, strata)
    if parts.size**groups <= _MOST_DIVISIONS:
        divisions = _all_divisions(groups, parts, generator)
    else:
        draws = max(1, min(_DRAWS, _MOST_COUNTED // counts.size))
        divisions = _drawn_divisions(counts.sum(axis=1), parts, cuts, draws, generator)
    return divisions[_costs(divisions, counts, wanted).argmin()]


def _all_divisions(
    groups: int, parts: Int64[np.ndarray, " parts"], generator: np.random.Generator
) -> Int64[np.ndarray, "divisions groups"]:
    """All divisions of groups into these parts, none of them empty; the seed decides which of equal ones is first."""
    choices = parts[np.indices((parts.size,) * groups).reshape(groups, -1).T]
    full = np.all([(choices == part).any(axis=1) for part in parts], axis=0)
    return choices[full][:, generator.permutation(groups)]


def _drawn_divisions(
    sizes: Int64[np.ndarray, " groups"],
    parts: Int64[np.ndarray, " parts"],
    cuts: list[int],
    draws: int,
    generator: np.random.Generator,
) -> Int64[np.ndarray, "draws groups"]:
    """Groups in random orders, each cut nearest to the shares, so that no part is empty."""
    orders = generator.permuted(np.tile(np.arange(sizes.size), (draws, 1)), axis=1)
    ends, places = np.cumsum(sizes[orders], axis=1), np.arange(sizes.size)
    begin = np.zeros(draws, np.int64)
    in_order = np.full(orders.shape, parts[0])
    asked = [cut for cut in sorted(set(cuts)) if cut < sizes.sum()]
    for number, cut in enumerate(asked, start=1):
        # A group is left for the part before the cut, and for each one behind it.
        possible = (places >= begin[:, None]) & (places < sizes.size - 1 - (len(asked) - number))
        begin = 1 + np.where(possible, np.abs(ends - cut), sizes.sum() + 1).argmin(axis=1)
        in_order[places >= begin[:, None]] = parts[number]
    divisions = np.empty_like(in_order)
    np.put_along_axis(divisions, orders, in_order, axis=1)
    return divisions


def _costs(
    divisions: Int64[np.ndarray, "divisions groups"],
    counts: Int64[np.ndarray, "groups strata"],
    wanted: Int64[np.ndarray, " 3"],
) -> Float[np.ndarray, " divisions"]:
    """How far parts are from their sizes and from holding the strata alike, as shares of the rows."""
    held = np.stack([(divisions == part).astype(float) @ counts for part in range(3)], axis=1)
    sizes, totals = held.sum(axis=2), counts.sum(axis=0)
    alike = sizes[:, :, None] * totals / totals.sum()
    distance = np.abs(sizes - wanted).sum(axis=1) + np.abs(held - alike).sum(axis=(1, 2)) / 2
    # What is not in the training part cannot be learned.
    return distance / totals.sum() + ((held[:, 0] == 0) & (totals > 0)).sum(axis=1)


def _present(values: Shaped[np.ndarray, " rows"], rows: int, noun: str) -> Shaped[np.ndarray, " rows"]:
    values = np.asarray(values)
    missing: Bool[np.ndarray, " rows"] = values != values  # NaN and NaT
    if values.dtype == object:
        missing = np.array([value is None or value != value for value in values])
    if count := int(missing.sum()):
        raise DataError(
            f"{count} of {rows} rows {'has' if count == 1 else 'have'} no {noun}, the first is row {int(missing.argmax()) + 1}. Rows are divided by it: "
            "fill it in, or leave these rows out."
        )
    return values


def quantile_strata(target: Shaped[np.ndarray, " rows"]) -> Int32[np.ndarray, " rows"]:
    """Strata of a number: up to 20 bins of equally many rows, at least 10 rows each."""
    bins = max(1, min(_BINS, target.size // _ROWS_PER_BIN))
    edges = np.unique(np.quantile(target, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, target, side="right").astype(np.int32)


def _sizes(rows: int, shares: dict[str, float]) -> list[int]:
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise UsageError(f"the {name} share must be at least 0 and below 1, got {share}.")
    if sum(shares.values()) >= 1:
        parts = " and ".join(f"{name} {share}" for name, share in shares.items())
        raise UsageError(f"{parts} leave nothing for training; together they must be below 1.")
    sizes = [round(rows * share) for share in shares.values()]
    for (name, share), size in zip(shares.items(), sizes, strict=True):
        if share > 0 and size == 0:
            raise UsageError(
                f"a {name} share of {share} of {rows} rows is no row at all. Take a larger share, or 0 for none."
            )
    if sum(sizes) >= rows:
        parts = " and ".join(f"{size} for {name}" for name, size in zip(shares, sizes, strict=True))
        raise UsageError(f"of {rows} rows, {parts} leave none for training. Take smaller shares.")
    return sizes
