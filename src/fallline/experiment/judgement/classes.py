"""The sentences on a classifier that has learned."""

from __future__ import annotations

from fallline.experiment.judgement.case import NETWORK, TRIVIAL, Case
from fallline.experiment.judgement.words import be, instead, is_many, measured, rival_name, scored, use
from fallline.report.verdict import VerdictKind

CHANCE_RANKING = 0.5


def ranks(case: Case) -> bool:
    """Whether the network ranks the rows better than chance: the interval of its AUC lies above a half."""
    name = _ranking(case)
    return name is not None and case.scores[NETWORK][name].side(over=CHANCE_RANKING) > 0


def classes_sentence(case: Case, kind: VerdictKind, rival: str, beaten: list[str]) -> list[str]:
    """What is said of a classifier.

    Args:
        case: The scores.
        kind: The verdict.
        rival: The baseline that decided it.
        beaten: Other baselines than which the network is better.
    """
    name, rows = case.name(rival), f"{case.rows:,} test rows"
    facts = measured(case, "log_loss", rival)
    beside = "; ".join(measured(case, metric, rival) for metric in case.metrics[1:])
    beside = f"Beside it: {beside}." if beside else ""
    calibration = _calibration(case)
    if kind == "earned":
        return [
            f"the network earned its keep: its probabilities are better than those of {rival_name(case, rival)}: "
            f"{facts}; {rows}.",
            beside,
            _otherwise(case, rival),
        ]
    if kind == "baseline_better":
        return [
            f"{name} {be(case, rival)} better than the network, whose probabilities are worse: {facts}; {rows}.",
            beside,
            calibration,
            instead(case, rival),
        ]
    if kind == "mixed":
        ranking = _ranking(case) or case.metrics[-1]
        return [
            f"{name} {'give' if is_many(case, rival) else 'gives'} better probabilities, the network the better order: "
            f"{facts}, but {measured(case, ranking, rival)}; {rows}.",
            calibration,
            f"Where the probabilities themselves are used: {use(case, rival)}.",
        ]
    return [
        f"by its probabilities the network cannot be told apart from {rival_name(case, rival)}: {facts}; {rows}.",
        beside,
        _beaten(case, beaten),
        calibration,
        _which(case, rival, name),
    ]


def _which(case: Case, rival: str, name: str) -> str:
    ranking = _ranking(case)
    for metric, purpose in ((ranking, "the order of the rows"), (case.metrics[-1], "the class itself")):
        if metric is not None and metric != "log_loss" and case.side(rival, metric) > 0:
            return f"The network is better where {purpose} counts; else nothing speaks for it over {name}."
    return f"Nothing beyond chance speaks for the network over {name}: {use(case, rival)}."


def _otherwise(case: Case, rival: str) -> str:
    """That the network is worse in something else, where it is."""
    worse = [metric for metric in case.metrics[1:] if case.side(rival, metric) < 0]
    if not worse:
        return ""
    return (
        f"But where {'the class' if 'auc' not in worse[0] else 'the order of the rows'} alone counts, "
        f"{case.name(rival)} {be(case, rival)} better: {use(case, rival)}."
    )


def _beaten(case: Case, beaten: list[str]) -> str:
    return "".join(
        f"It is better than {case.name(name)}: {measured(case, 'log_loss', name)}." for name in beaten
    )


def _calibration(case: Case) -> str:
    """That the network ranks well but its probabilities are bad, where that is so."""
    if case.side(TRIVIAL, "log_loss") > 0 or not ranks(case):
        return ""
    ranking = _ranking(case)
    assert ranking is not None
    return (
        f"The network does rank the rows: {scored(case, NETWORK, ranking)}; but its probabilities are no better than the "
        f"classes' shares: {measured(case, 'log_loss', TRIVIAL)}. Do not use them as probabilities."
    )


def _ranking(case: Case) -> str | None:
    return next((name for name in case.metrics if "auc" in name), None)
