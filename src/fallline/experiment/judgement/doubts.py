"""Why not to lean on a verdict too much, each in a line."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from fallline.experiment.judgement.case import FEW_OF_A_CLASS, FEW_UNITS, TRIVIAL, Case
from fallline.experiment.judgement.words import capital, have
from fallline.report.contents import LABELS
from fallline.report.verdict import VerdictKind

WORST = 0.01
"""The share of the rows that are called a few."""


def worst_share(squared: Float[np.ndarray, " rows"]) -> float:
    """The share of the squared error that the worst hundredth of the rows carries (at least one row)."""
    total = float(squared.sum())
    return float(np.sort(squared)[-_worst_rows(len(squared)) :].sum()) / total if total > 0 else 0.0


def doubts(case: Case, kind: VerdictKind, rival: str | None) -> tuple[str, ...]:
    """What there is to doubt, the gravest first.

    Args:
        case: The scores.
        kind: What they say, without regard to the caveat.
        rival: The baseline that decided it; None where none did.
    """
    found = [case.caveat, *_few(case), *_repeating(case)]
    if rival is not None:
        found += _of_numbers(case, kind, rival) if case.task == "regression" else _of_classes(case, rival)
    return tuple(line for line in found if line)


def _few(case: Case) -> Iterator[str]:
    """How few the test rows are, or those of a class, where they are few."""
    units = case.rows if case.groups is None else case.groups
    if units < FEW_UNITS:
        noun = "rows" if case.groups is None else "groups of rows"
        yield f"With only {units} test {noun}, other rows may well say otherwise."
    elif case.fewest is not None and case.fewest[0] < FEW_OF_A_CLASS:
        count, name = case.fewest
        if case.few_classes > 1:
            yield (
                f'{case.few_classes:,} classes have fewer than {FEW_OF_A_CLASS} test rows, "{name}" {count}: '
                "of these little is known."
            )
        elif count == 0:
            yield f'None of the {case.rows:,} test rows is "{name}": of that class nothing is known.'
        else:
            verb = "is" if count == 1 else "are"
            yield f'Only {count} of the {case.rows:,} test rows {verb} "{name}": of that class little is known.'


def _repeating(case: Case) -> Iterator[str]:
    if case.repeating:
        verb = (
            "row repeats a training row and is"
            if case.repeating == 1
            else "rows repeat training rows and are"
        )
        yield f"{case.repeating:,} test {verb} left out of this verdict."


def _of_classes(case: Case, rival: str) -> Iterator[str]:
    if case.side(TRIVIAL, "log_loss") <= 0:
        yield "The network's probabilities are not shown to beat the classes' shares."
    decided = case.side(rival, "log_loss")
    if decided > 0:
        worse = [LABELS[metric] for metric in case.metrics[1:] if case.side(rival, metric) < 0]
        if worse:
            yield f"But {case.name(rival)} {have(case, rival)} the better {' and '.join(worse)}, beyond chance."
        return
    # A better ranking beside worse probabilities is what "mixed" says already.
    better = [
        LABELS[metric]
        for metric in case.metrics[1:]
        if case.side(rival, metric) > 0 and not (decided < 0 and "auc" in metric)
    ]
    if better:
        yield f"But the network has the better {' and '.join(better)}, beyond chance."


def _of_numbers(case: Case, kind: VerdictKind, rival: str) -> Iterator[str]:
    count = _worst_rows(case.rows)
    rows = "the worst row carries" if count == 1 else f"{count:,} rows (1 %) carry"
    carried = f"{rows} {100 * case.worst_share:.0f} % of the network's"
    if case.side(rival, "rmse") == 0 and kind in ("earned", "baseline_better"):
        yield f"The squared error cannot tell; {carried}."
    elif kind == "mixed":
        yield f"{capital(carried)} squared error."
    elif kind == "undecided" and case.side(rival, "mae") > 0:
        yield "The absolute error is better at 95 %, not at the 97.5 % that two measures need."


def _worst_rows(rows: int) -> int:
    return max(1, math.ceil(WORST * rows))
