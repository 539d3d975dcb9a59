"""The final score: network and baselines on the same test rows, and the verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Float64, Int, Shaped

from fallline.data.target import TargetEncoder
from fallline.experiment.answers import answers
from fallline.experiment.baselines import Baseline, fit_baselines, trivial_answers
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.scores import classification_scores, regression_scores, row_log_losses
from fallline.experiment.verdict import classification_verdict, paired_difference, regression_verdict
from fallline.models import Model
from fallline.report.contents import BASELINE_NAMES, Scores

NO_TEST_ROWS = "No test rows were kept (test 0), so whether the network earned its keep is not known."


@dataclass(frozen=True)
class Judgement:
    """What the test rows say.

    Args:
        test: The network's scores; None without test rows.
        baselines: The scores of `trivial`, `linear` and (where there is one) `boosting`; None without test rows.
        verdict: One sentence.
        true: Class codes, or values in the target's own unit.
        predicted: The network's, likewise.
        notes: What to know about the comparison.
        fitted: The baselines themselves.
    """

    test: Scores | None = None
    baselines: dict[str, Scores] | None = None
    verdict: str = NO_TEST_ROWS
    true: Shaped[np.ndarray, " rows"] | None = None
    predicted: Shaped[np.ndarray, " rows"] | None = None
    notes: tuple[str, ...] = ()
    fitted: Mapping[str, Baseline] = field(default_factory=dict)


def judge(model: Model, prepared: Prepared, seed: int, outcome: str) -> Judgement:
    """Scores the network beside its baselines on the test rows.

    Args:
        model: The trained network.
        prepared: The data it was trained on, with the test rows.
        seed: Of the choice of rows for a baseline, where all would take too long.
        outcome: How the run ended: `Outcome.kind`.
    """
    if prepared.test is None:
        return Judgement()
    said = answers(model, prepared.target, prepared.test.x)
    fitted = fit_baselines(prepared, seed)
    others = {"trivial": trivial_answers(prepared, len(prepared.test))}
    others |= {name: one.answers(prepared.test, prepared.target) for name, one in fitted.items()}
    judged = _judge_values if prepared.task == "regression" else _judge_classes
    judgement = judged(prepared, prepared.test, said, others, outcome)
    return dataclasses.replace(judgement, notes=_row_notes(fitted, prepared), fitted=fitted)


def _judge_classes(
    prepared: Prepared,
    test: Part,
    said: Float[np.ndarray, "rows classes"],
    others: Mapping[str, Float64[np.ndarray, "rows classes"]],
    outcome: str,
) -> Judgement:
    true: Int[np.ndarray, " rows"] = test.y.astype(np.int64)
    scores = classification_scores(true, said)
    baselines = {name: classification_scores(true, shares) for name, shares in others.items()}
    linear = others["linear"]
    wrong = [(probabilities.argmax(axis=1) != true).astype(float) for probabilities in (said, linear)]
    log_losses = [row_log_losses(true, probabilities) for probabilities in (said, linear)]
    verdict = classification_verdict(
        prepared.task,
        scores,
        baselines,
        right=paired_difference(wrong[0], wrong[1], np.asarray),
        log_loss=paired_difference(log_losses[0], log_losses[1], np.asarray),
        outcome=outcome,
    )
    return Judgement(scores, baselines, verdict, true, said.argmax(axis=1))


def _judge_values(
    prepared: Prepared,
    test: Part,
    said: Float[np.ndarray, " rows"],
    others: Mapping[str, Float64[np.ndarray, " rows"]],
    outcome: str,
) -> Judgement:
    target: TargetEncoder = prepared.target
    true = np.asarray(target.decode(test.y))
    scores = regression_scores(true, said)
    baselines = {name: regression_scores(true, values) for name, values in others.items()}
    rmse = paired_difference((said - true) ** 2, (others["linear"] - true) ** 2, np.sqrt)
    verdict = regression_verdict(target.name, scores, baselines, rmse, outcome)
    return Judgement(scores, baselines, verdict, true, said)


def _row_notes(fitted: Mapping[str, Baseline], prepared: Prepared) -> tuple[str, ...]:
    rows = len(prepared.train) + (0 if prepared.validation is None else len(prepared.validation))
    names = BASELINE_NAMES[prepared.task]
    return tuple(
        f"{names[one.name].capitalize()}: fitted on {one.rows:,} of the {rows:,} training and validation rows, "
        "to save time."
        for one in fitted.values()
        if one.rows < rows
    )
