"""Columns of two values that cannot tell the target: found all at once, as a table may have thousands."""

from __future__ import annotations

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
import polars.selectors as cs  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.leaks.answers import Answers
from fallline.data.leaks.evidence import base_errors

_MANY = 50
_LEAST_STRAIGHT = 0.99
_LEAST_OF_A_LIMIT = 0.9
_MOST_WRONG = 0.2


def silent_flags(sample: pl.DataFrame, answers: Answers) -> frozenset[str]:
    """Columns with two values (or one) and no gap for which none of the tests of `single` can speak.

    A flag that tells a number is a straight line of it, or stands for all rows above a limit: a share q of the rows,
    and the R2 of the ranks is 3 q (1 - q) or, where the target repeats its values, more.
    """
    names = [name for name, dtype in sample.schema.items() if dtype.is_numeric() or dtype == pl.Boolean]
    if len(names) < _MANY or np.ptp(answers.values) == 0:
        return frozenset()
    x = sample.select(cs.by_name(names).cast(pl.Float64)).to_numpy()
    low, high = x.min(axis=0), x.max(axis=0)
    two = np.flatnonzero(((x == low) | (x == high)).all(axis=0))
    flags = (x[:, two] == high[two]).astype(np.float64)
    if answers.labels:
        classes = np.eye(len(answers.labels))[answers.values]
        having = classes.T @ flags
        right = having.max(axis=0) + (classes.sum(axis=0)[:, None] - having).max(axis=0)
        silent = 1 - right / len(answers) > _MOST_WRONG * base_errors(answers.values)
    else:
        share = flags.mean(axis=0)
        spread = np.maximum(share * (1 - share), 1e-300)
        targets = np.stack([answers.values, answers.ranks])
        targets = (targets - targets.mean(axis=1, keepdims=True)) / targets.std(axis=1, keepdims=True)
        straight, in_ranks = (targets @ flags / len(answers)) ** 2 / spread
        silent = (straight < _LEAST_STRAIGHT) & (in_ranks < _LEAST_OF_A_LIMIT * 3 * spread)
    return frozenset(names[column] for column in two[silent])
