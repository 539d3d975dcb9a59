"""Rows that stand in the training part and in the test part."""

from __future__ import annotations

import math

import polars as pl  # noqa: TID253  (only who reads tables imports this module)
import polars.selectors as cs  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.leaks.leak import Leak

_LEAST = 3
_LEAST_SHARE = 0.01
_LEAST_ROWS_OF_AN_ID = 20


def shared_rows(train: pl.DataFrame, test: pl.DataFrame, target: str) -> Leak | None:
    """Test rows whose inputs stand in the training rows too; None where they are few, or so many by chance.

    Columns whose values are all different in the training rows (ids) are passed over. A table of few columns with
    few values each repeats its rows anyway: nothing is said where independent columns would meet half as often.

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
    seen = pl.DataFrame({"inputs": _keys(train, names), "answer": train[target]})
    asked = pl.DataFrame(
        {"inputs": _keys(test, names), "answer": test[target].cast(train[target].dtype, strict=False)}
    )
    again = asked.filter(pl.col("inputs").is_in(seen["inputs"].unique().implode()))
    share = again.height / test.height
    if again.height < _LEAST or share < _LEAST_SHARE or _by_chance(train, names) > share / 2:
        return None
    same = again.join(seen.unique(), on=["inputs", "answer"], how="semi", nulls_equal=True).height
    other = again.height - same
    contradiction = (
        f', and {other:,} with another "{target}" only, so that no model can be right in both'
        if other
        else ""
    )
    sentence = (
        f"{again.height:,} of the {test.height:,} test rows ({share:.1%}) have the inputs of a training row: {same:,} "
        f'with the same "{target}"{contradiction}. The test score rewards what was learned by heart: keep each row of the '
        "file once, or divide by what the rows share with --group COLUMN."
    )
    return Leak((), "rows", sentence, share)


def _is_id(column: pl.Series) -> bool:
    whole = column.dtype.is_integer() or column.dtype == pl.String
    return whole and column.len() >= _LEAST_ROWS_OF_AN_ID and column.n_unique() == column.len()


def _keys(frame: pl.DataFrame, names: list[str]) -> pl.Series:
    """A number for the inputs of each row: equal rows have equal ones, others different ones but for one in 2^64."""
    numbers = [name for name in names if frame[name].dtype.is_numeric()]
    texts = [name for name in names if frame[name].dtype == pl.Enum]
    # 0.0 makes 0 of -0; whole numbers in one file may be fractions in the other.
    return (
        frame[names]
        .with_columns((cs.by_name(numbers).cast(pl.Float64) + 0.0), cs.by_name(texts).cast(pl.String))
        .hash_rows(seed=0)
    )


def _by_chance(train: pl.DataFrame, names: list[str]) -> float:
    """Share of rows that would meet a training row if the columns were independent."""
    logarithm = 0.0
    for name in names:
        counts = train[name].alias("value").value_counts(name="rows")["rows"].cast(pl.Float64)
        logarithm += math.log(float((counts**2).sum()) / train.height**2)
        if logarithm < -40:
            return 0.0
    return 1 - math.exp(-train.height * math.exp(logarithm))
