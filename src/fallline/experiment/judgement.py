"""The final score: network, trivial and linear model on the same test rows, and the verdict.

Early stopping lets the network see the validation rows, so the baselines are fitted on the training and
validation rows together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int, Shaped

from fallline.data.images import ImagePreprocessor
from fallline.data.target import TargetEncoder
from fallline.experiment.answers import answers
from fallline.experiment.baselines import (
    LinearAnswer,
    logistic_regression,
    ridge_regression,
    trivial_probabilities,
    trivial_values,
)
from fallline.experiment.parts import Part, Prepared, Preprocessor
from fallline.experiment.scores import classification_scores, regression_scores, row_log_losses
from fallline.experiment.verdict import classification_verdict, paired_difference, regression_verdict
from fallline.models import Model
from fallline.report.contents import Scores

NO_TEST_ROWS = "No test rows were kept (test 0), so whether the network earned its keep is not known."


@dataclass(frozen=True)
class Judgement:
    """What the test rows say.

    Args:
        test: The network's scores; None without test rows.
        baselines: The scores of `trivial` and `linear`; None without test rows.
        verdict: One sentence.
        true: Class codes, or values in the target's own unit.
        predicted: The network's, likewise.
        probabilities: `network` and `linear` -> what it gives each class; empty for regression.
        notes: What to know about the comparison.
    """

    test: Scores | None = None
    baselines: dict[str, Scores] | None = None
    verdict: str = NO_TEST_ROWS
    true: Shaped[np.ndarray, " rows"] | None = None
    predicted: Shaped[np.ndarray, " rows"] | None = None
    probabilities: Mapping[str, Float[np.ndarray, "rows classes"]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def judge(model: Model, prepared: Prepared, seed: int, outcome: str) -> Judgement:
    """Scores the network beside its baselines on the test rows.

    Args:
        model: The trained network.
        prepared: The data it was trained on, with the test rows.
        seed: Of the choice of rows for the linear model, where all would take too long.
        outcome: How the run ended: `Outcome.kind`.
    """
    if prepared.test is None:
        return Judgement()
    said = answers(model, prepared.target, prepared.test.x)
    if prepared.task == "regression":
        return _judge_values(prepared, prepared.test, said, seed, outcome)
    return _judge_classes(prepared, prepared.test, said, seed, outcome)


def _judge_classes(
    prepared: Prepared, test: Part, said: Float[np.ndarray, "rows classes"], seed: int, outcome: str
) -> Judgement:
    classes = len(prepared.classes)
    x, y = seen_rows(prepared)
    linear = logistic_regression(x, y, flat_inputs(test, prepared.preprocessor), classes, seed)
    trivial = trivial_probabilities(y, classes, len(test))
    true: Int[np.ndarray, " rows"] = test.y.astype(np.int64)
    scores = classification_scores(true, said)
    baselines = {
        "trivial": classification_scores(true, trivial),
        "linear": classification_scores(true, linear.predictions),
    }
    wrong = [
        (probabilities.argmax(axis=1) != true).astype(float) for probabilities in (said, linear.predictions)
    ]
    log_losses = [row_log_losses(true, probabilities) for probabilities in (said, linear.predictions)]
    verdict = classification_verdict(
        prepared.task,
        scores,
        baselines,
        right=paired_difference(wrong[0], wrong[1], np.asarray),
        log_loss=paired_difference(log_losses[0], log_losses[1], np.asarray),
        outcome=outcome,
    )
    return Judgement(
        scores,
        baselines,
        verdict,
        true,
        said.argmax(axis=1),
        {"network": said, "linear": linear.predictions},
        _linear_notes(linear, len(y)),
    )


def _judge_values(
    prepared: Prepared, test: Part, said: Float[np.ndarray, " rows"], seed: int, outcome: str
) -> Judgement:
    target: TargetEncoder = prepared.target
    x, y = seen_rows(prepared)
    # Standardised targets: the ridge penalty then means the same whatever the unit.
    linear = ridge_regression(x, y, flat_inputs(test, prepared.preprocessor), seed)
    linear_values = np.asarray(target.decode(linear.predictions))
    true = np.asarray(target.decode(test.y))
    scores = regression_scores(true, said)
    trivial = trivial_values(np.asarray(target.decode(y)), len(test))
    baselines = {
        "trivial": regression_scores(true, trivial),
        "linear": regression_scores(true, linear_values),
    }
    rmse = paired_difference((said - true) ** 2, (linear_values - true) ** 2, np.sqrt)
    verdict = regression_verdict(target.name, scores, baselines, rmse, outcome)
    return Judgement(scores, baselines, verdict, true, said, notes=_linear_notes(linear, len(y)))


def seen_rows(
    prepared: Prepared,
) -> tuple[Float[np.ndarray, "rows features"], Shaped[np.ndarray, " rows"]]:
    """Inputs (as `flat_inputs`) and targets of the training and validation rows: all that the network has seen."""
    parts = [part for part in (prepared.train, prepared.validation) if part is not None]
    x = np.concatenate([flat_inputs(part, prepared.preprocessor) for part in parts])
    return x, np.concatenate([part.y for part in parts])


def flat_inputs(part: Part, preprocessor: Preprocessor) -> Float[np.ndarray, "rows features"]:
    """Inputs as vectors of numbers near 1, as a linear model wants them; images are scaled as in the network."""
    x = part.x.reshape(len(part), -1)
    if not isinstance(preprocessor, ImagePreprocessor):
        return x
    scaled: Float[np.ndarray, "rows features"] = x.astype(np.float32)
    scaled -= np.float32(preprocessor.mean)
    scaled /= np.float32(preprocessor.deviation)
    return scaled


def _linear_notes(linear: LinearAnswer, rows: int) -> tuple[str, ...]:
    if linear.rows == rows:
        return ()
    return (
        f"The linear model was fitted on {linear.rows:,} of the {rows:,} training and validation rows, "
        "to save time.",
    )
