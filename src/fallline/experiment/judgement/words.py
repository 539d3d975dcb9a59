"""The words of a verdict: models by their names, and two scores beside each other with their difference and its interval."""

from __future__ import annotations

from fallline.experiment.judgement.bootstrap import Estimate
from fallline.experiment.judgement.case import NETWORK, TRIVIAL, Case
from fallline.report.contents import LABELS, SHARES, alike, format_score

MOST_PLACES = 3
"""Behind the point of a score without a unit."""


def measured(case: Case, metric: str, baseline: str) -> str:
    """`Log loss 0.250 against 0.300: better by 0.05 (95 % interval 0.03 to 0.07).`, as seen from the network."""
    one, two = (format_score(metric, case.value(name, metric)) for name in (NETWORK, baseline))
    found = difference(metric, case.gain(baseline, metric))
    return f"{capital(LABELS[metric])} {one} against {two}: {found}."


def difference(metric: str, gain: Estimate, of: str = "95 % interval ") -> str:
    """How large a difference is, and where it lies at 95 %: `better by 0.05 (95 % interval 0.03 to 0.07)`."""
    ends = gain.interval()
    if ends is not None and gain.value == ends[0] == ends[1] == 0:
        return "no difference"
    unit = " points" if metric in SHARES else ""
    word = "better" if gain.value > 0 else "worse"
    scale = 100 if metric in SHARES else 1
    if ends is None:
        [by] = alike([scale * abs(gain.value)])
        return f"{word} by {by}{unit} (too few rows for an interval)"
    ends = ends if gain.value > 0 else (-ends[1], -ends[0])
    # Of errors in the target's own unit any place may matter.
    most = None if metric in ("rmse", "mae") else MOST_PLACES
    numbers = [scale * abs(gain.value), scale * ends[0], scale * ends[1]]
    by, low, high = alike(numbers, most)
    if most is not None and any(
        number and float(shown) == 0 for number, shown in zip(numbers, (by, low, high), strict=True)
    ):
        # An end that is not 0 is not shown as 0: whether the interval holds 0 is what counts.
        by, low, high = alike(numbers, most + 1)
    return f"{word} by {by}{unit} ({of}{low} to {high})"


def always(case: Case) -> str:
    """What the trivial model answers."""
    return "the mean" if case.task == "regression" else "the classes' shares"


def is_many(case: Case, model: str) -> bool:
    """Whether the name of a model is a plural."""
    return case.name(model).endswith("s") and model not in (NETWORK, TRIVIAL)


def be(case: Case, model: str) -> str:
    """The verb that goes with the name of a model."""
    return "are" if is_many(case, model) else "is"


def have(case: Case, model: str) -> str:
    """Likewise."""
    return "have" if is_many(case, model) else "has"


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]
