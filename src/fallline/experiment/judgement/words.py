"""The words of a verdict: scores beside each other, a difference with its interval, and what to do."""

from __future__ import annotations

import math

from fallline.experiment.judgement.bootstrap import Estimate
from fallline.experiment.judgement.case import (
    FEW_OF_A_CLASS,
    FEW_UNITS,
    NETWORK,
    TRIVIAL,
    Case,
)
from fallline.report.contents import LABELS, SHARES, format_score

REMEDIES = {
    "completed": "give the network more epochs or rows",
    "early_stopped": "give the network more rows",
    "diverged": "train it anew with a smaller learning rate: it diverged",
    "interrupted": "let it train to its end",
}
"""How a run ended -> what may make the network better than a simpler model."""


def measured(case: Case, metric: str, baseline: str) -> str:
    """`log loss 0.250 against 0.300 (better by 0.05, 95 % interval 0.03 to 0.07)`, as seen from the network."""
    return compared(case, NETWORK, baseline, metric)


def compared(case: Case, model: str, other: str, metric: str) -> str:
    """A measure of one model against another's, with the difference and its interval; the trivial one is named."""
    one, two = (format_score(metric, case.value(name, metric)) for name in (model, other))
    gain = case.better(model, other, metric)
    whose = ""
    if other == TRIVIAL:
        whose = " of always the mean" if case.task == "regression" else " of the classes' shares"
    return f"{LABELS[metric]} {one} against {two}{whose} ({difference(metric, gain)})"


def difference(metric: str, gain: Estimate) -> str:
    """How large a difference is, and where it lies at 95 %."""
    ends = gain.interval()
    if ends is None:
        return "too few rows for an interval"
    if gain.value == ends[0] == ends[1] == 0:
        return "no difference"
    unit = " points" if metric in SHARES else ""
    word = "better" if gain.value > 0 else "worse"
    scale = 100 if metric in SHARES else 1
    ends = ends if gain.value > 0 else (-ends[1], -ends[0])
    by, low, high = alike([scale * abs(gain.value), scale * ends[0], scale * ends[1]])
    chance = "within chance, " if gain.side() == 0 else ""
    return f"{word} by {by}{unit}, {chance}95 % interval {low} to {high}"


def scored(case: Case, model: str, metric: str) -> str:
    """`AUC 0.740 (95 % interval 0.700 to 0.780)`."""
    estimate = case.scores[model][metric]
    ends = estimate.interval()
    said = f"{LABELS[metric]} {format_score(metric, estimate.value)}"
    if ends is None:
        return said
    low, high = (format_score(metric, end) for end in ends)
    return f"{said} (95 % interval {low} to {high})"


def rival_name(case: Case, rival: str) -> str:
    """What the rival is called, and that it is the best of the others where there are others."""
    others = case.ordered(case.others)
    return (
        f"{case.name(rival)}, the best baseline"
        if len(others) > 1 and rival == others[0]
        else case.name(rival)
    )


def few(case: Case) -> str:
    """How few the test rows are, where they are few; else empty."""
    units = case.rows if case.groups is None else case.groups
    if units < FEW_UNITS:
        noun = "rows" if case.groups is None else "groups of rows"
        return f"With only {units} test {noun}, other rows may well say otherwise."
    if case.fewest is not None and case.fewest[0] < FEW_OF_A_CLASS:
        count, name = case.fewest
        verb = "is" if count == 1 else "are"
        return f'Only {count} of the {case.rows:,} test rows {verb} "{name}": of that class little is known.'
    return ""


def use(case: Case, baseline: str) -> str:
    """How a baseline is used in place of the network; of scores that are not to be trusted, only its name."""
    if case.caveat:
        return f"the scores do not say whether {case.name(baseline)} would do better on new rows"
    return f"`fallline predict {case.run} DATA --model {baseline}` uses {'them' if is_many(case, baseline) else 'it'}"


def instead(case: Case, baseline: str) -> str:
    """What to do where a baseline is better."""
    if case.caveat:
        return f"{use(case, baseline)}."
    kept = "They are" if is_many(case, baseline) else "It is"
    return f"{kept} kept in the run folder: {use(case, baseline)}. Or {REMEDIES[case.outcome]}."


def is_many(case: Case, baseline: str) -> bool:
    """Whether the name of a baseline is a plural."""
    return case.name(baseline).endswith("s") and baseline == "boosting"


def be(case: Case, baseline: str) -> str:
    """The verb that goes with the name of a baseline."""
    return "are" if is_many(case, baseline) else "is"


def sentences(*parts: str) -> str:
    """Sentences in a row, without the empty ones, each with a capital at its beginning."""
    return " ".join(part[0].upper() + part[1:] for part in parts if part)


def alike(values: list[float]) -> list[str]:
    """Numbers of one bracket with the same places: three digits of their largest."""
    largest = max(map(abs, values))
    if not 1e-6 < largest < 1e9:
        return [f"{value:.2e}" for value in values]
    places = max(0, 2 - math.floor(math.log10(largest)))
    # Adding 0 makes -0.0 a plain 0.
    return [f"{round(value, places) + 0.0:,.{places}f}" for value in values]
