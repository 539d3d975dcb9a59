"""Rows that stand in the training part and in the test part, beyond what chance explains.

Among few discrete values rows repeat by nature, and a test row that repeats is no easier than a new one. What chance
explains is told from rows that nearly repeat: part the columns in two blocks, and let, of n training rows, a be those that
agree with a test row in the first block, and b in the second, without those that agree in both. Were the blocks independent,

    expected(row) = a b / n   training rows would agree in both, and at least one of them with probability 1 - exp(-expected).

Columns depend on each other, which makes `expected` too small for most ways to part them, so that the largest over several
ways counts: each column against all others, and the first k against the rest. A real copy has none of this: no row agrees
with it in all columns but one, as no other row has the value of any column that is finely measured.

The inputs are looked at first, then inputs and target together: among few discrete inputs a real copy shows only in the
target. Where the target is a function of the inputs, it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Bool, Float, Int, UInt64

from fallline.data.leaks.leak import Leak

_LEAST = 3
_LEAST_SHARE = 0.01
_EXPLAINED = 0.5
"""Of the rows that repeat: chance may explain up to this share where the rest is held for copies."""
_SURE = 3.0
"""Standard deviations of a Poisson count by which more rows must repeat than chance explains."""
_LEAST_ROWS_OF_AN_ID = 20
_MOST_REPEAT = 0.5
"""Of the test rows: from this share on it is said that they have the inputs of training rows."""
_ROWS_OF_A_KIND = 20
"""Training rows of each kind of inputs, on average, from which their repeating needs no explanation."""
_MOST_SORTED = 30_000_000
_MOST_WAYS = 64

Hashes = dict[str, UInt64[np.ndarray, " rows"]]
"""Column -> a number for the cell of each row: equal cells have equal ones, others different ones but for one in 2^64.

The sum over some columns, which wraps around, is the number for these cells together.
"""


def shared_rows(train: pl.DataFrame, test: pl.DataFrame, target: str) -> Leak | None:
    """Test rows that repeat training rows beyond chance; None where they are few, or so many by chance.

    Columns whose values are all different in the training rows (ids) are passed over.

    Args:
        train: The training rows.
        test: The test rows, with the same columns.
        target: The target column.
    """
    names = [
        name for name in train.columns if name != target and name in test.columns and not _is_id(train[name])
    ]
    if not names or not train.height or not test.height:
        return None
    ours, theirs = _hashes(train, test, [*names, target])
    again = _agreeing(ours, theirs, names) > 0
    if not _many(again):
        return None
    by_chance = expected_share(ours, theirs, names)
    kinds = [np.unique(_together(ours, of)).size for of in (names, [*names, target])]
    few_kinds = len(names) == 1 or train.height >= _ROWS_OF_A_KIND * kinds[0]
    copies = _agreeing(ours, theirs, [*names, target]) > 0
    if beyond_chance(again, by_chance) and not few_kinds:
        return _leak(_inputs_sentence(again, copies, by_chance, target), again)
    if kinds[1] == kinds[0] or not _many(copies):
        return None
    by_chance = expected_share(ours, theirs, [*names, target])
    if not beyond_chance(copies, by_chance):
        return None
    return _leak(_copies_sentence(copies, by_chance, target), copies)


def repeated_inputs(train: pl.DataFrame, test: pl.DataFrame, target: str) -> str | None:
    """What is to be known where most test rows have the inputs of a training row, by chance or not; None: they have not.

    It is no leak: among few values rows repeat. But the score is then that of such rows, and says little of others.

    Args:
        train: The training rows.
        test: The test rows, with the same columns.
        target: The target column.
    """
    names = [name for name in train.columns if name != target and name in test.columns]
    if len(names) < 2 or not train.height or not test.height:
        return None
    again = _agreeing(*_hashes(train, test, names), names) > 0
    if not _many(again) or again.mean() < _MOST_REPEAT:
        return None
    return (
        f"{_counted(again)} have the inputs of a training row, as few values allow: the score is that of rows like these. If "
        "equal rows are of one person or thing, divide by it with --group COLUMN."
    )


def _leak(sentence: str, repeating: Bool[np.ndarray, " test"]) -> Leak:
    return Leak((), "rows", sentence, float(repeating.mean()), tuple(np.flatnonzero(repeating).tolist()))


def expected_share(train: Hashes, test: Hashes, names: list[str]) -> float:
    """The share of the test rows that chance would have agree with a training row in these columns.

    Args:
        train: The cells of the training rows.
        test: The cells of the test rows.
        names: The columns.
    """
    rows = len(train[names[0]])
    same = _agreeing(train, test, names)
    expected: Float[np.ndarray, " test"] = np.zeros(len(same))
    for block in _ways(names, rows):
        rest = [name for name in names if name not in block]
        one, two = (_agreeing(train, test, of) - same for of in (block, rest))
        expected = np.maximum(expected, one * (two / rows))
    return float(np.mean(-np.expm1(-expected)))


def _ways(names: list[str], rows: int) -> Iterator[list[str]]:
    """One block of each way to part the columns: each alone, then the first few."""
    blocks = [[name] for name in names] + [names[:k] for k in range(2, len(names) - 1)]
    most = max(1, min(_MOST_WAYS, _MOST_SORTED // (2 * rows)))
    for place in np.unique(np.linspace(0, len(blocks) - 1, min(most, len(blocks))).astype(np.int64)):
        if len(names) > len(blocks[place]):
            yield blocks[place]


def _many(rows: Bool[np.ndarray, " test"]) -> bool:
    return bool(rows.sum() >= _LEAST and rows.mean() >= _LEAST_SHARE)


def beyond_chance(rows: Bool[np.ndarray, " test"], by_chance: float) -> bool:
    """Whether more rows repeat than chance explains: by far, and not by luck."""
    expected = by_chance * len(rows)
    return bool(by_chance < _EXPLAINED * rows.mean() and rows.sum() > expected + _SURE * expected**0.5)


def _inputs_sentence(
    again: Bool[np.ndarray, " test"], copies: Bool[np.ndarray, " test"], by_chance: float, target: str
) -> str:
    same = int(copies.sum())
    other = int(again.sum()) - same
    contradiction = (
        f', and {other:,} with another "{target}" only, so that no model can be right in both'
        if other
        else ""
    )
    return (
        f"{_counted(again)} have the inputs of a training row, where chance explains {by_chance:.1%}: {same:,} "
        f'with the same "{target}"{contradiction}. {_REMEDY}'
    )


def _copies_sentence(copies: Bool[np.ndarray, " test"], by_chance: float, target: str) -> str:
    return f'{_counted(copies)} have the inputs and the "{target}" of a training row, where chance explains {by_chance:.1%}. {_REMEDY}'


def _counted(rows: Bool[np.ndarray, " test"]) -> str:
    return f"{int(rows.sum()):,} of the {len(rows):,} test rows ({rows.mean():.1%})"


_REMEDY = (
    "Their scores reward what was learned by heart: keep each row of the file once, or divide by what the rows share "
    "with --group COLUMN."
)


def _is_id(column: pl.Series) -> bool:
    whole = column.dtype.is_integer() or column.dtype == pl.String
    return whole and column.len() >= _LEAST_ROWS_OF_AN_ID and column.n_unique() == column.len()


def _hashes(train: pl.DataFrame, test: pl.DataFrame, names: list[str]) -> tuple[Hashes, Hashes]:
    found: tuple[Hashes, Hashes] = ({}, {})
    for place, name in enumerate(names):
        one, two = train[name], test[name]
        if one.dtype.is_numeric() and not two.dtype.is_numeric():
            two = two.cast(one.dtype, strict=False)
        for hashes, column in zip(found, (one, two), strict=True):
            # 0.0 makes 0 of -0; whole numbers in one file may be fractions in the other.
            if column.dtype.is_numeric():
                column = column.cast(pl.Float64) + 0.0
            elif column.dtype == pl.Enum:
                column = column.cast(pl.String)
            hashes[name] = column.to_frame().hash_rows(seed=place).to_numpy()
    return found


def _together(hashes: Hashes, names: list[str]) -> UInt64[np.ndarray, " rows"]:
    total = np.zeros_like(hashes[names[0]])
    for name in names:
        total += hashes[name]
    return total


def _agreeing(train: Hashes, test: Hashes, names: list[str]) -> Int[np.ndarray, " test"]:
    """How many training rows agree with each test row in these columns."""
    kinds, counts = np.unique(_together(train, names), return_counts=True)
    asked = _together(test, names)
    places = np.minimum(np.searchsorted(kinds, asked), len(kinds) - 1)
    found: Int[np.ndarray, " test"] = np.where(kinds[places] == asked, counts[places], 0)
    return found
