"""The sentences on a network for numbers that has learned."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from fallline.experiment.judgement.case import Case
from fallline.experiment.judgement.words import be, instead, measured, rival_name, use
from fallline.report.verdict import VerdictKind

WORST = 0.01
"""The share of the rows that are called a few."""


def worst_share(squared: Float[np.ndarray, " rows"]) -> float:
    """The share of the squared error that the worst hundredth of the rows carries (at least one row)."""
    total = float(squared.sum())
    return float(np.sort(squared)[-_worst_rows(len(squared)) :].sum()) / total if total > 0 else 0.0


def values_sentence(case: Case, kind: VerdictKind, rival: str, beaten: list[str]) -> list[str]:
    """What is said of a network for numbers.

    Args:
        case: The scores.
        kind: The verdict.
        rival: The baseline that decided it.
        beaten: Other baselines than which the network is better.
    """
    name, rows = case.name(rival), f"{case.rows:,} test rows"
    squared, absolute = measured(case, "rmse", rival), measured(case, "mae", rival)
    facts = f"{squared}; {absolute}; {rows}"
    if kind == "earned" and case.side(rival, "rmse") == 0:
        return [
            f"the network earned its keep in the absolute error: it comes nearer to {case.target} than "
            f"{rival_name(case, rival)}: {absolute}; {rows}.",
            f"In the squared error they cannot be told apart: {squared}.",
            _few_rows(case),
        ]
    if kind == "earned":
        return [
            f"the network earned its keep: it comes nearer to {case.target} than {rival_name(case, rival)}: {facts}."
        ]
    if kind == "baseline_better":
        return [
            f"{name} {be(case, rival)} better than the network at {case.target}: the network has {facts}.",
            _few_rows(case) if case.side(rival, "rmse") == 0 else "",
            instead(case, rival),
        ]
    if kind == "mixed":
        better, worse = ("squared", "absolute") if case.side(rival, "rmse") > 0 else ("absolute", "squared")
        return [
            f"the network is better in the {better} error, {name} in the {worse} one: the network has {facts}.",
            _few_rows(case),
            f"Large errors weigh most in the squared error, the typical error in the absolute one. {use(case, rival)}.",
        ]
    return [
        f"by its errors in {case.target} the network cannot be told apart from {rival_name(case, rival)}: {facts}.",
        "".join(
            f"It is better than {case.name(other)}: {measured(case, 'rmse', other)}; {measured(case, 'mae', other)}."
            for other in beaten
        ),
        _few_rows(case) if case.side(rival, "mae") > 0 else "",
        f"Nothing beyond chance speaks for the network over {name}: {use(case, rival)}.",
    ]


def _few_rows(case: Case) -> str:
    count = _worst_rows(case.rows)
    noun = "row carries" if count == 1 else f"{count:,} rows (1 %) carry"
    return f"A few rows decide the squared error: the worst {noun} {100 * case.worst_share:.0f} % of the network's."


def _worst_rows(rows: int) -> int:
    return max(1, math.ceil(WORST * rows))
