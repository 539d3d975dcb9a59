"""Whether the network earned its keep, judged by the proper score of its task on rows that no model has seen.

Classes are judged by the log loss, numbers by the squared and by the absolute error; ranking (AUC) and accuracy stand
beside. A difference counts where its paired 95 % interval leaves out 0.

To look at several baselines and measures is no way to luck:

- the network has earned its keep only where it is better than every baseline (an intersection-union test, which keeps
  its level without a correction: Berger, Technometrics 24, 1982);
- where the squared error cannot tell, the absolute error decides at 97.5 % (Bonferroni).
"""

from __future__ import annotations

import shlex

from fallline.experiment.judgement.case import NETWORK, TRIVIAL, TWO_MEASURES, Case
from fallline.experiment.judgement.doubts import doubts
from fallline.experiment.judgement.words import always, be, capital, difference, is_many, measured
from fallline.report.contents import LABELS
from fallline.report.verdict import Verdict, VerdictKind

WORSE, MIXED, TIED, BETTER_IN_PART, BETTER = range(5)
"""How the network stands to a baseline; `BETTER_IN_PART`: in the absolute error, where the squared one cannot tell."""
KINDS: dict[int, VerdictKind] = {
    WORSE: "baseline_better",
    MIXED: "mixed",
    TIED: "undecided",
    BETTER_IN_PART: "earned",
    BETTER: "earned",
}


def verdict_of(case: Case) -> Verdict:
    """The verdict on a network.

    Where there is a caveat, the scores say something of rows that are not like new ones. So what they say is no verdict
    on the network, but for one: a network that shows nothing even then has not learned.

    Args:
        case: The scores of all models on the same test rows.
    """
    by_score = case.ordered(list(case.scores))
    if not learned(case):
        return _not_learned(case, by_score[0])
    if not case.others:
        subject = "the network has learned; no other model was fitted to compare it with."
        return _judged(case, "undecided", None, subject, measured(case, case.proper, TRIVIAL), NETWORK)
    standings = {name: standing(case, name) for name in case.ordered(case.others)}
    rival = min(standings, key=lambda name: standings[name])  # the first, which is the best, of those alike
    stands = standings[rival]
    kind = KINDS[stands]
    best = {"earned": NETWORK, "baseline_better": rival}.get(kind, by_score[0])
    return _judged(case, kind, rival, _subject(case, stands, rival), _numbers(case, stands, rival), best)


def learned(case: Case) -> bool:
    """Whether the network shows anything that chance does not: in the proper score, in its ranking, or in a typical error."""
    if case.side(TRIVIAL, case.proper) > 0:
        return True
    if case.outcome == "diverged":
        # The weights of a run that diverged rank the rows somehow: that is nothing learned.
        return False
    if case.task != "regression":
        return case.ranks
    by_order = case.scores[NETWORK].get("rank_correlation")
    return case.side(TRIVIAL, "mae") > 0 or (by_order is not None and by_order.side() > 0)


def standing(case: Case, baseline: str) -> int:
    """How the network stands to a baseline, from `WORSE` to `BETTER`."""
    proper, *beside = (case.side(baseline, metric) for metric in case.metrics)
    if case.task != "regression":
        if proper < 0:
            return MIXED if beside and beside[0] > 0 and "auc" in case.metrics[1] else WORSE
        return BETTER if proper > 0 else TIED
    absolute = beside[0]
    if proper * absolute < 0:
        return MIXED
    if proper < 0 or (proper == 0 and absolute < 0):
        return WORSE
    if proper > 0:
        return BETTER
    return BETTER_IN_PART if case.side(baseline, "mae", TWO_MEASURES) > 0 else TIED


def _judged(
    case: Case, kind: VerdictKind, rival: str | None, subject: str, numbers: str, best: str
) -> Verdict:
    if case.caveat:
        # A model that is better on these rows need not be so on new ones: none is recommended.
        return Verdict(
            "in_doubt",
            f"In doubt: as scored, {subject}",
            numbers,
            doubts(case, kind, rival),
            case.remedy,
            best,
            case.comparisons(),
            case.caveat,
        )
    if kind == "earned":
        subject = subject.replace("the network is better", "the network earned its keep: better", 1)
    found = doubts(case, kind, rival)
    return Verdict(kind, capital(subject), numbers, found, _use(case, best), best, case.comparisons())


def _subject(case: Case, stands: int, rival: str) -> str:
    """What the scores say, to follow "as scored"."""
    name, many = case.name(rival), is_many(case, rival)
    in_part = " in absolute error" if _by_absolute(case, stands, rival) else ""
    if stands == WORSE:
        return f"{name} {be(case, rival)} better than the network{in_part}."
    if stands == MIXED and case.task == "regression":
        network, other = ("squared", "absolute") if case.side(rival, "rmse") > 0 else ("absolute", "squared")
        return f"the network is better in the {network} error, {name} in the {other} one."
    if stands == MIXED:
        return f"{name} {'give' if many else 'gives'} better probabilities, the network the better order."
    if stands == TIED:
        return f"the network and {name} cannot be told apart."
    if stands == BETTER_IN_PART:
        return f"the network is better than {name}{in_part}."
    others = case.ordered(case.others)
    of_all = ", the best baseline" if len(others) > 1 and rival == others[0] and not case.caveat else ""
    return f"the network is better than {name}{of_all}."


def _numbers(case: Case, stands: int, rival: str) -> str:
    """The measure that decided; of two that contradict each other both."""
    if stands == MIXED:
        one, two = case.metrics[:2]
        first, second = (
            f"{LABELS[metric]} {difference(metric, case.gain(rival, metric), of)}"
            for metric, of in ((one, "95 % interval "), (two, ""))
        )
        return f"{capital(first)}, {second}."
    return measured(case, "mae" if _by_absolute(case, stands, rival) else case.proper, rival)


def _by_absolute(case: Case, stands: int, rival: str) -> bool:
    """Whether the absolute error decided, as the squared one cannot tell."""
    return case.task == "regression" and stands in (WORSE, BETTER_IN_PART) and case.side(rival, "rmse") == 0


def _use(case: Case, model: str) -> str:
    """The command that predicts with a model."""
    option = "" if model in (NETWORK, TRIVIAL) else f" --model {model}"
    return f"fallline predict {shlex.quote(case.run)} DATA{option}"


def _not_learned(case: Case, best: str) -> Verdict:
    """What is said of a network that shows nothing, and of the models that do."""
    learnt = [
        name for name in case.ordered(case.others) if case.better(name, TRIVIAL, case.proper).side() > 0
    ]
    found = list(doubts(case, "did_not_learn", None))
    command = case.remedy
    if not learnt:
        subject = f"The network did not learn: it is not shown to beat {always(case)}."
        numbers = measured(case, case.proper, TRIVIAL)
        if case.others:
            found.append("Nor is any other model: the inputs may tell nothing about the target.")
    else:
        rival = learnt[0]
        name, numbers = capital(case.name(rival)), measured(case, case.proper, rival)
        command = command or ("" if case.caveat else _use(case, rival))
        if case.side(rival, case.proper) < 0:
            subject = f"{name} learned from these rows, the network did not."
        else:
            subject = f"{name} {be(case, rival)} shown to have learned, the network is not."
            found.insert(1 if case.caveat else 0, "Yet these rows do not tell the two apart.")
    return Verdict(
        "did_not_learn", subject, numbers, tuple(found), command, best, case.comparisons(), case.caveat
    )
