"""Whether the network earned its keep, judged by the proper score of its task on rows that no model has seen.

Classes are judged by the log loss, numbers by the squared and by the absolute error; ranking (AUC) and accuracy stand
beside. A difference counts where its paired 95 % interval leaves out 0.

To look at several baselines and measures is no way to luck:

- the network has earned its keep only where it is better than every baseline (an intersection-union test, which keeps
  its level without a correction: Berger, Technometrics 24, 1982);
- where the squared error cannot tell, the absolute error decides at 97.5 % (Bonferroni).
"""

from __future__ import annotations

from fallline.experiment.judgement.case import NETWORK, TRIVIAL, TWO_MEASURES, Case
from fallline.experiment.judgement.classes import classes_sentence, ranks
from fallline.experiment.judgement.values import values_sentence
from fallline.experiment.judgement.words import compared, few, is_many, measured, scored, sentences, use
from fallline.report.verdict import Verdict, VerdictKind

WORSE, MIXED, TIED, BETTER_IN_PART, BETTER = range(5)
"""How the network stands to a baseline; `BETTER_IN_PART`: in the absolute error, where the squared one cannot tell."""


def verdict_of(case: Case) -> Verdict:
    """The verdict on a network.

    Args:
        case: The scores of all models on the same test rows.
    """
    comparisons = case.comparisons()
    by_score = case.ordered(list(case.scores))
    if not learned(case):
        sentence = sentences(case.caveat, *_nothing_learned(case), few(case))
        return Verdict("did_not_learn", sentence, by_score[0], comparisons, case.caveat)
    if not case.others:
        sentence = sentences(case.caveat, *_alone(case), few(case))
        return Verdict("undecided", sentence, NETWORK, comparisons, case.caveat)
    standings = {name: standing(case, name) for name in case.ordered(case.others)}
    rival = min(standings, key=lambda name: standings[name])  # the first, which is the best, of those alike
    kinds: dict[int, VerdictKind] = {
        WORSE: "baseline_better",
        MIXED: "mixed",
        TIED: "undecided",
        BETTER_IN_PART: "earned",
        BETTER: "earned",
    }
    kind = kinds[standings[rival]]
    best = {"earned": NETWORK, "baseline_better": rival}.get(kind, by_score[0])
    beaten = [name for name, stands in standings.items() if stands >= BETTER_IN_PART and name != rival]
    say = values_sentence if case.task == "regression" else classes_sentence
    said = say(case, kind, rival, beaten)
    if case.caveat:
        said[0] = f"as they stand, {said[0]}"
    sentence = sentences(case.caveat, *said, few(case))
    return Verdict(kind, sentence, best, comparisons, case.caveat)


def learned(case: Case) -> bool:
    """Whether the network shows anything that chance does not: in the proper score, in its ranking, or in a typical error."""
    if case.side(TRIVIAL, case.proper) > 0:
        return True
    if case.outcome == "diverged":
        # The weights of a run that diverged rank the rows somehow: that is nothing learned.
        return False
    if case.task != "regression":
        return ranks(case)
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


def _nothing_learned(case: Case) -> list[str]:
    others = case.ordered(case.others)
    learnt = [name for name in others if case.better(name, TRIVIAL, case.proper).side() > 0]
    if case.task == "regression":
        what = compared(case, NETWORK, TRIVIAL, "rmse")
        beside = f"; {scored(case, NETWORK, 'r2')}" if "r2" in case.scores[NETWORK] else ""
    else:
        what = compared(case, NETWORK, TRIVIAL, "log_loss")
        ranking = next((name for name in case.metrics if "auc" in name), None)
        beside = "" if ranking is None else f"; {scored(case, NETWORK, ranking)}"
    rows = f"{case.rows:,} test rows"
    if not learnt:
        said = f"the network did not learn anything that {rows} show: {what}{beside}."
        rest = (
            "Nor did the other models: the inputs may tell nothing about the target."
            if others
            else "It diverged: train it anew with a smaller learning rate."
            if case.outcome == "diverged"
            else ""
        )
        return [said, rest]
    best = learnt[0]
    found = compared(case, best, TRIVIAL, case.proper)
    if case.side(best, case.proper) >= 0:
        return [
            f"{rows} do not show that the network learned anything: {what}{beside}.",
            f"They do of {case.name(best)}: {found}; but nor do they tell the two apart: {measured(case, case.proper, best)}.",
        ]
    return [
        f"{case.name(best)} learned from these rows, the network did not: {found}.",
        f"The network: {what}{beside}.",
        f"{'They are' if is_many(case, best) else 'It is'} kept in the run folder: {use(case, best)}.",
    ]


def _alone(case: Case) -> list[str]:
    beside = ", ".join(scored(case, NETWORK, metric) for metric in case.metrics[1:])
    return [
        f"the network has learned: {compared(case, NETWORK, TRIVIAL, case.proper)}; {beside}; "
        f"{case.rows:,} test rows.",
        "No other model was fitted, so whether a simpler one does as well is not known.",
    ]
