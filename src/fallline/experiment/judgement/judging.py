"""The final score: the network and its baselines on the same test rows, and the verdict.

Early stopping lets the network see the validation rows, so the baselines are fitted on the training and validation rows
together; only for their thresholds are they fitted on the training rows alone, as the network was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Shaped

from fallline.data.target import EVEN
from fallline.experiment.answers import answers
from fallline.experiment.baselines import Baseline, fit_baselines, trivial_answers
from fallline.experiment.judgement.bootstrap import Estimates
from fallline.experiment.judgement.case import NETWORK, TRIVIAL
from fallline.experiment.judgement.drawing import blocks_note
from fallline.experiment.judgement.findings import (
    baseline_notes,
    rare_classes_note,
    row_losses,
    rows_apart_note,
    training_note,
)
from fallline.experiment.judgement.tested import Answers, Tested
from fallline.experiment.judgement.verdict import verdict_of
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.scores import defined
from fallline.experiment.settings import Settings
from fallline.experiment.threshold import criterion_of, threshold_of, threshold_sentence
from fallline.history import History
from fallline.history.outcome import Outcome
from fallline.models import Model
from fallline.own.shown import fields_shown
from fallline.report.contents import Interval, Scores
from fallline.report.verdict import NO_TEST_ROWS, Verdict

UNSHOWN = ("rank_correlation",)
"""Scores that tell whether a network has learned, and no more."""


@dataclass(frozen=True)
class Judgement:
    """What the test rows say.

    Args:
        test: The network's scores; None without test rows.
        baselines: Name of a baseline -> its scores on the same rows; None without test rows.
        intervals: Name of a model -> score -> its 95 % interval, where there is one.
        verdict: Whether the network earned its keep.
        true: Class codes, or values in the target's own unit.
        predicted: The network's, likewise.
        said: What the network says of the test rows: probabilities, or values; None without test rows.
        probabilities: Name of a model -> what it gives each class; empty of a regression, and without the trivial model.
        thresholds: Name of a model -> its threshold between two classes; empty of other tasks.
        fitted: Name of a baseline -> the model.
        notes: What to know about the comparison, one sentence each, the worst first.
        drawn: What the bootstrap of the intervals draws, in words.
    """

    __repr__ = fields_shown

    test: Scores | None = None
    baselines: dict[str, Scores] | None = None
    intervals: dict[str, dict[str, Interval]] = field(default_factory=dict)
    verdict: Verdict = NO_TEST_ROWS
    true: Shaped[np.ndarray, " rows"] | None = None
    predicted: Shaped[np.ndarray, " rows"] | None = None
    said: Answers | None = None
    probabilities: dict[str, Float[np.ndarray, "rows classes"]] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    fitted: dict[str, Baseline] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    drawn: str = ""


def judge(
    model: Model,
    prepared: Prepared,
    settings: Settings,
    history: History,
    run: str = "RUN",
    watched: Callable[[Part], Answers] | None = None,
) -> Judgement:
    """Scores the network beside its baselines on the test rows.

    Args:
        model: The trained network.
        prepared: The data it was trained on, with the test rows, and with the network's threshold in the target.
        settings: The seed, the threshold that was wanted, and the group whose rows belong together.
        history: What the training recorded, and how it ended.
        run: What the run is called in a command.
        watched: What is said of the validation rows; None: what the network says of them.
    """
    test, validation = prepared.test, prepared.validation
    ask = watched or (lambda part: answers(model, prepared.target, part.x))
    said_before = None if validation is None else ask(validation)
    trained = training_note(model, prepared, settings, history)
    if test is None:
        notes = (trained, _threshold_note(settings, prepared, validation, said_before, "validation"))
        return Judgement(notes=_said(*notes))
    fitted = fit_baselines(prepared, settings.seed)
    said = {
        NETWORK: answers(model, prepared.target, test.x),
        TRIVIAL: trivial_answers(prepared, len(test)),
        **{name: baseline.answers(test, prepared.target) for name, baseline in fitted.items()},
    }
    thresholds = _thresholds(prepared, settings, fitted)
    tested = Tested(prepared, settings, test, said, thresholds)
    outcome = history.outcome.kind if isinstance(history.outcome, Outcome) else "completed"
    verdict = verdict_of(tested.case(outcome, run))
    before = (
        None if validation is None or said_before is None else row_losses(prepared, validation, said_before)
    )
    shown = {name: _shown(of) for name, of in tested.scores.items()}
    return Judgement(
        test=shown[NETWORK],
        baselines={name: of for name, of in shown.items() if name != NETWORK},
        intervals={name: _intervals(of) for name, of in tested.scores.items()},
        verdict=verdict,
        true=tested.true,
        predicted=tested.predicted[NETWORK],
        said=said[NETWORK],
        probabilities={}
        if prepared.task == "regression"
        else {name: of for name, of in said.items() if name != TRIVIAL},
        thresholds=thresholds,
        fitted=fitted,
        notes=_said(
            *verdict.doubts[1:],
            rows_apart_note(prepared, settings, tested.losses[NETWORK], before),
            trained,
            _threshold_note(settings, prepared, test, said[NETWORK], "test"),
            rare_classes_note(prepared, tested.true, tested.predicted[NETWORK]),
            blocks_note(settings, tested.drawing),
            *baseline_notes(prepared, fitted),
        ),
        drawn=tested.drawing.words,
    )


def by_harm(prepared: Prepared, notes: Sequence[str]) -> tuple[str, ...]:
    """All notes of a run, the worst first: what gives the target away, what was found in judging, the rest.

    Args:
        prepared: The data, with its notes.
        notes: What was found in judging.
    """
    leaks = [leak.sentence for leak in prepared.leaks]
    return (*leaks, *notes, *(note for note in prepared.notes if note not in leaks))


def _said(*notes: str) -> tuple[str, ...]:
    return tuple(note for note in notes if note)


def _threshold_note(
    settings: Settings, prepared: Prepared, part: Part | None, said: Answers | None, name: str
) -> str:
    if prepared.task != "binary" or part is None or said is None:
        return ""
    return threshold_sentence(settings, prepared, part.y.astype(np.int64), said, name)


def _thresholds(prepared: Prepared, settings: Settings, fitted: Mapping[str, Baseline]) -> dict[str, float]:
    """The threshold of each model of two classes, chosen for each in the same way."""
    if prepared.task != "binary":
        return {}
    blind: dict[str, Baseline] = {}
    if criterion_of(settings, prepared) is not None:
        blind = fit_baselines(prepared, settings.seed, parts=("train",))

    def of(name: str) -> Callable[[Part], Answers]:
        return lambda part: blind[name].answers(part, prepared.target)

    # The training rows alone may be too few for one that both parts are enough for: it keeps a half.
    baselines = {
        name: threshold_of(settings, prepared, of(name)) if name in blind or not blind else EVEN
        for name in fitted
    }
    # The trivial model names the most frequent class, whatever is wanted of the others.
    return {NETWORK: prepared.target.threshold, TRIVIAL: EVEN, **baselines}


def _shown(scores: Estimates) -> Scores:
    return defined({name: estimate.value for name, estimate in scores.items() if name not in UNSHOWN})


def _intervals(scores: Estimates) -> dict[str, Interval]:
    """The intervals of scores that differ from resample to resample; those that do not are not as sure as that."""
    found = {name: estimate.interval() for name, estimate in scores.items() if name not in UNSHOWN}
    return {name: ends for name, ends in found.items() if ends is not None and ends[0] < ends[1]}
