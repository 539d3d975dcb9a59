"""What is odd about a run beside its verdict: parts that differ, rare classes that are missed, baselines of fewer rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int, Shaped

from fallline.experiment.answers import answers
from fallline.experiment.baselines import Baseline
from fallline.experiment.baselines.baseline import inputs_of
from fallline.experiment.baselines.boosting import FEWEST_ROWS, ITERATIONS, MOST_COLUMNS
from fallline.experiment.judgement.drawing import standard_error
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.scores import row_log_losses
from fallline.experiment.settings import Settings
from fallline.experiment.tables import ordering
from fallline.history import History
from fallline.history.outcome import Outcome
from fallline.models import Model
from fallline.report.contents import BASELINE_NAMES, format_number

FAR_BELOW = 4.0
"""How many times the training loss is the validation loss where that is said."""
ALIKE = 2.0
"""Losses that differ by less, scored in the same way, are alike."""
SURE, APART = 3.0, 1.25
"""Standard errors, and the ratio, from which test and validation rows are said to differ."""
MOST_ROWS = 10_000
MOST_CLASSES = 3
RARE = 0.4
"""Share of a class, of what an even share would be, below which it is rare; of two classes a fifth of the rows."""

Losses = Float[np.ndarray, " rows"]


def imbalanced(prepared: Prepared) -> bool:
    """Whether one class is so rare in the training rows that accuracy says little."""
    return bool(len(prepared.classes) and _shares(prepared).min() < RARE)


def row_losses(prepared: Prepared, part: Part, said: Float[np.ndarray, "rows ..."]) -> Losses:
    """The proper score of each row: `-log p(true class)`, or the squared error in the target's own unit."""
    if prepared.task == "regression":
        return np.square(said - np.asarray(prepared.target.decode(part.y)))
    return row_log_losses(part.y.astype(np.int64), said)


def training_note(model: Model, prepared: Prepared, settings: Settings, history: History) -> str:
    """That the validation loss lies far below the training loss, and why; else empty.

    The loss of training is that of the steps: with dropout, and before the network was as good as at the end of the
    epoch. So the rows are scored once more in the way of the validation rows, to tell that from easier rows.
    """
    validation, outcome = prepared.validation, history.outcome
    if validation is None or not history.epoch or not isinstance(outcome, Outcome):
        return ""
    best = len(history.epoch) - 1 if outcome.best_epoch is None else outcome.best_epoch
    trained, watched = (float(history.history[name][best]) for name in ("loss", "val_loss"))
    if not (np.isfinite(trained) and np.isfinite(watched)) or trained < FAR_BELOW * watched:
        return ""
    said = (
        f"In epoch {best + 1}, whose weights are kept, the loss was {format_number(trained)} in training and "
        f"{format_number(watched)} on the validation rows"
    )
    some = _some(prepared.train)
    ours, theirs = (
        float(np.mean(row_losses(prepared, part, answers(model, prepared.target, part.x))))
        for part in (some, validation)
    )
    if ours < ALIKE * theirs:
        if settings.dropout:
            return f"{said}: that is the dropout of {settings.dropout:g}, which only training has. It may cost more than it helps: try --dropout 0."
        return (
            f"{said}: the training loss is a mean over the epoch, in which the network still became better."
        )
    return (
        f"{said}, and without dropout it is {format_number(ours / theirs)} times that of the validation rows: these are easier. "
        "They may be few, drawn otherwise, or hold rows that stand in both parts; the epoch was chosen by them."
    )


def rows_apart_note(prepared: Prepared, settings: Settings, test: Losses, validation: Losses | None) -> str:
    """That the score of the test rows is far from that of the validation rows, and why that may be; else empty.

    Args:
        prepared: The data.
        settings: How the rows were divided.
        test: The proper score of each test row.
        validation: Of each validation row; None without.
    """
    if validation is None or len(test) < 2 or len(validation) < 2:
        return ""
    one, two = float(test.mean()), float(validation.mean())
    assert prepared.test is not None
    assert prepared.validation is not None
    errors = _error(settings, prepared.test, test), _error(settings, prepared.validation, validation)
    error = float(np.hypot(*errors))
    if abs(one - two) < SURE * error or max(one, two) < APART * min(one, two):
        return ""
    if prepared.task == "regression":
        name, shown = "RMSE", [format_number(float(np.sqrt(value))) for value in (one, two)]
    else:
        name, shown = "log loss", [f"{value:.3f}" for value in (one, two)]
    return (
        f"The test rows are {'harder' if one > two else 'easier'} than the validation rows: {name} {shown[0]} against "
        f"{shown[1]}, more than chance explains. {_why_apart(prepared, settings)}"
    )


def _error(settings: Settings, part: Part, losses: Losses) -> float:
    """The standard error of a mean loss; of rows that follow each other, that of such rows."""
    times = None if part.frame is None else ordering(settings.time, part.frame)
    if times is None:
        return float(losses.std() / np.sqrt(len(losses)))
    return standard_error(losses[np.argsort(times, kind="stable")])


def _why_apart(prepared: Prepared, settings: Settings) -> str:
    if settings.time is not None:
        return "They are the later rows: what is predicted changes over time."
    if settings.group is not None:
        return f'They are of other values of "{settings.group}", which differ.'
    if isinstance(settings.test, str) or prepared.own_test:
        return "They come from a part of their own, which may have been drawn otherwise."
    if isinstance(settings.validation, str):
        return "The validation rows come from a file of their own, which may have been drawn otherwise."
    return (
        "Both were drawn at random, so rows may stand more than once in the data, or the network fits the validation "
        "rows, by which its epoch was chosen."
    )


def rare_classes_note(
    prepared: Prepared, true: Shaped[np.ndarray, " rows"], predicted: Shaped[np.ndarray, " rows"]
) -> str:
    """How many test rows of the rarest of several classes are found; empty where no class is rare."""
    if prepared.task != "multiclass":
        return ""
    shares = _shares(prepared)
    rarest = [int(code) for code in np.argsort(shares, kind="stable")[:MOST_CLASSES] if shares[code] < RARE]
    found = []
    for code in rarest:
        of_class = true == code
        if of_class.any():
            hits = int(np.sum(of_class & (predicted == code)))
            found.append(f'"{prepared.classes[code]}" {hits:,} of {int(of_class.sum()):,}')
    return f"Of the rarest classes the network finds in the test rows: {', '.join(found)}." if found else ""


def baseline_notes(prepared: Prepared, fitted: Mapping[str, Baseline]) -> list[str]:
    """That a baseline was fitted on fewer rows than the network has seen, or for fewer rounds, or is left out as it cannot learn from so few."""
    rows = len(prepared.train) + (0 if prepared.validation is None else len(prepared.validation))
    names = BASELINE_NAMES[prepared.task]
    left_out = []
    if "boosting" not in fitted:
        columns = inputs_of(prepared.train, prepared.preprocessor).shape[1]
        why = (
            f"{columns:,} columns are more than the {MOST_COLUMNS} that they are given"
            if columns > MOST_COLUMNS
            else f"in {rows:,} training and validation rows they find no split with {FEWEST_ROWS // 2} rows on each side"
        )
        left_out = [f"Boosted trees are no baseline here: {why}."]
    shortened = [
        f"{names[name].capitalize()}: {baseline.estimator.max_iter} rounds in place of scikit-learn's {ITERATIONS}, as each has "
        "a tree for every class, to save time; with all of them the comparison may come out less well for the network."
        for name, baseline in fitted.items()
        if getattr(baseline.estimator, "max_iter", ITERATIONS) < ITERATIONS
    ]
    return (
        left_out
        + shortened
        + [
            f"{names.get(name, name).capitalize()}: fitted on {baseline.rows:,} of the {rows:,} training and validation rows, to "
            "save time; with all of them the comparison may come out less well for the network."
            for name, baseline in fitted.items()
            if baseline.rows < rows
        ]
    )


def _shares(prepared: Prepared) -> Float[np.ndarray, " classes"]:
    """Training rows of each class, of what an even share would be."""
    counts: Int[np.ndarray, " classes"] = np.bincount(
        prepared.train.y.astype(np.int64), minlength=len(prepared.classes)
    )
    return counts * len(counts) / counts.sum()


def _some(part: Part) -> Part:
    """At most so many rows of a part, spread over it."""
    if len(part) <= MOST_ROWS:
        return part
    rows = np.linspace(0, len(part) - 1, MOST_ROWS).astype(np.int64)
    return Part(part.x[rows], part.y[rows], part.numbers[rows])
