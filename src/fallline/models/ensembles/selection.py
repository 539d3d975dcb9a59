"""Greedy choice of the members of an ensemble, with replacement, by their predictions for rows that trained none of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Float, Int64
from numpy.typing import NDArray

from fallline import losses
from fallline._ranges import Range, checked_number, truth, whole
from fallline.compilation.program import Program
from fallline.errors import DataError, UsageError
from fallline.losses import Loss
from fallline.own.shown import fields_shown

_SHARE = Range("above 0 and at most 1", low=0.0, high=1.0, low_open=True)

Scores = Callable[[NDArray[Any]], NDArray[np.float64]]
"""Predictions (candidates, rows, ...) -> the loss of each candidate."""


@dataclasses.dataclass(frozen=True, eq=False)
class Selection:
    """The members of an ensemble, and how often each was taken.

    Attributes:
        counts: How often each member was taken (members,).
        order: The members in the order in which they were taken; of several bags, bag after bag.
        losses: The loss after each of them.
        loss: The loss of the whole.

    Source: see `greedy_selection`.
    """

    __repr__ = fields_shown

    counts: Int64[np.ndarray, " members"]
    order: tuple[int, ...]
    losses: tuple[float, ...]
    loss: float

    @property
    def weights(self) -> Float[np.ndarray, " members"]:
        """What each member weighs in the average; they sum to 1."""
        weights: NDArray[np.float64] = self.counts / self.counts.sum()
        return weights


def greedy_selection(
    predictions: Any,
    y: Any,
    loss: Any,
    *,
    size: int = 50,
    sort: bool = True,
    bags: int = 1,
    share: float = 0.5,
    seed: int = 0,
    sample_weight: Any = None,
) -> Selection:
    """Takes members one by one, each time the one whose addition makes the averaged prediction best.

        k_t = argmin_k L(y, (p_k + sum of the predictions taken) / t),  with replacement

    Of all steps the ensemble of the least loss is given. Equal losses go to the smaller number, and to fewer members.

    Args:
        predictions: (members, rows, ...), for rows that trained none of the members.
        y: The targets of these rows.
        loss: A loss, its name, or a function `f(y, prediction) -> number`, smaller is better.
        size: Members to take at most, counted with their repetitions.
        sort: Whether it begins with the n best members alone, n chosen by the loss of their average. It guards against
            too great trust in few rows.
        bags: How often it is done, each time with another random part of the members; the counts are summed.
        share: The part of the members that a bag has, where there are several.
        seed: Of the bags.
        sample_weight: One weight per row, or None.

    Raises:
        UsageError: an argument is not what it must be.
        DataError: the predictions are not those of the rows, or those of all members hold what is not finite.

    Source: Caruana, Niculescu-Mizil, Crew, Ksikes, Ensemble selection from libraries of models (2004), sections 2.1 to 2.3.
    """
    size, bags = whole("greedy_selection: size", size, 1), whole("greedy_selection: bags", bags, 1)
    share = checked_number("greedy_selection: share", share, _SHARE)
    sort = truth("greedy_selection: sort", sort)
    each = _checked_predictions(predictions, y)
    scores = _scores(loss, y, sample_weight, each.shape)
    usable = np.flatnonzero(np.isfinite(each.reshape(len(each), -1)).all(axis=1))
    if not usable.size:
        raise DataError(
            "greedy_selection: the predictions of all members hold numbers that are not finite: they diverged."
        )
    generator = np.random.default_rng(seed)
    counts, order, found = np.zeros(len(each), np.int64), [], []
    for _ in range(bags):
        bag = usable
        if bags > 1:
            bag = np.sort(generator.choice(usable, max(1, round(share * usable.size)), replace=False))
        taken, values = _one_bag(each[bag], scores, size, sort)
        order += [int(bag[number]) for number in taken]
        found += values
    np.add.at(counts, order, 1)
    total = np.tensordot(counts[usable] / counts.sum(), each[usable], axes=1)
    return Selection(counts, tuple(order), tuple(found), float(scores(total[None])[0]))


def _one_bag(
    each: NDArray[np.float64], scores: Scores, size: int, sort: bool
) -> tuple[list[int], list[float]]:
    """The members taken, and the loss after each."""
    taken: list[int] = []
    values: list[float] = []
    if sort:
        ranked = np.argsort(_ranked(scores(each)), kind="stable")[:size]
        steps = np.arange(1, ranked.size + 1).reshape(-1, *(1,) * (each.ndim - 1))
        means = _ranked(scores(np.cumsum(each[ranked], axis=0) / steps))
        best = int(np.argmin(means)) + 1
        taken, values = [int(number) for number in ranked[:best]], [float(value) for value in means[:best]]
    total = each[taken].sum(axis=0)
    while len(taken) < size:
        candidates = _ranked(scores((total + each) / (len(taken) + 1)))
        number = int(np.argmin(candidates))
        taken.append(number)
        values.append(float(candidates[number]))
        total = total + each[number]
    best = int(np.argmin(values)) + 1
    return taken[:best], values[:best]


def _ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Losses of which those that are no numbers are the worst."""
    return np.where(np.isnan(values), np.inf, values)


def _checked_predictions(predictions: Any, y: Any) -> NDArray[np.float64]:
    try:
        each = np.asarray(predictions, np.float64)
    except (TypeError, ValueError):
        each = np.empty(0)
    if each.ndim < 2 or not each.size:
        raise DataError(
            "greedy_selection: predictions must be numbers (members, rows, ...), those of each member for the same rows; got "
            f"shape {np.shape(each)}."
        )
    if each.shape[1] != len(y):
        raise DataError(f"greedy_selection: the predictions are of {each.shape[1]} rows, y has {len(y)}.")
    return each


def _scores(loss: Any, y: Any, sample_weight: Any, shape: tuple[int, ...]) -> Scores:
    """What gives the loss of each of many predictions: a loss of ours in one program, a person's function one by one.

    Args:
        loss: See `greedy_selection`.
        y: Likewise.
        sample_weight: Likewise.
        shape: That of the predictions of all members: the program is made for as many.
    """
    most, row = shape[0], shape[2:]
    if not isinstance(loss, str | Loss) and callable(loss):
        if sample_weight is not None:
            raise UsageError(
                "greedy_selection: weigh the rows within your function; sample_weight is for losses."
            )
        return lambda each: np.array([float(loss(y, prediction)) for prediction in each])
    found = losses.get(loss)
    targets = np.asarray(y)
    found.check_targets(targets, row)
    targets = found.prepare_targets(targets, row)
    weight = None if sample_weight is None else np.asarray(sample_weight, np.float32)

    def one_by_one(loss: Loss, y: Any, weight: Any, each: Any) -> jax.Array:
        return lax.map(lambda prediction: jnp.asarray(loss(y, prediction, weight)), each)

    program = Program(one_by_one, "greedy selection")

    def scores(each: NDArray[Any]) -> NDArray[np.float64]:
        filled = np.concatenate([each, np.repeat(each[-1:], most - len(each), axis=0)])
        return np.asarray(program(found, targets, weight, filled.astype(np.float32)), np.float64)[: len(each)]

    return scores
