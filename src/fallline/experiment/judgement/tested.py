"""The test rows with what every model says of them: their scores, and what is known when a verdict is spoken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Shaped

from fallline.experiment.judgement.bootstrap import Estimates, estimates
from fallline.experiment.judgement.case import FEW_OF_A_CLASS, NETWORK, Case
from fallline.experiment.judgement.doubts import worst_share
from fallline.experiment.judgement.drawing import Drawing, drawing_of
from fallline.experiment.judgement.findings import Losses, imbalanced, row_losses
from fallline.experiment.judgement.leaks import caveat, remedy
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.scores import ClassMeasures, Measures, ValueMeasures
from fallline.experiment.settings import Settings
from fallline.experiment.threshold import rare_class
from fallline.own.shown import fields_shown

LEFT = 20
"""Test rows that must be left, where others repeat training rows, for a verdict without those."""

Answers = Float[np.ndarray, "rows ..."]
"""Probabilities (rows, classes), or values in the target's own unit."""


@dataclass(frozen=True)
class Tested:
    """Some test rows.

    Args:
        prepared: The data of the run.
        settings: How the rows were divided.
        part: The rows.
        said: Name of a model, the network first -> its answers.
        thresholds: Name of a model -> its threshold between two classes.
    """

    __repr__ = fields_shown

    prepared: Prepared
    settings: Settings
    part: Part
    said: Mapping[str, Answers]
    thresholds: Mapping[str, float]

    @cached_property
    def true(self) -> Shaped[np.ndarray, " rows"]:
        """Class codes, or values in the target's own unit."""
        if self.prepared.task == "regression":
            return np.asarray(self.prepared.target.decode(self.part.y))
        return self.part.y.astype(np.int64)

    @cached_property
    def predicted(self) -> dict[str, Shaped[np.ndarray, " rows"]]:
        """Name of a model -> its classes or values."""
        if self.prepared.task == "regression":
            return dict(self.said)
        target = self.prepared.target
        return {name: target.decide(answer, self.thresholds.get(name)) for name, answer in self.said.items()}

    @cached_property
    def losses(self) -> dict[str, Losses]:
        """Name of a model -> the proper score of each row."""
        return {name: row_losses(self.prepared, self.part, answer) for name, answer in self.said.items()}

    @cached_property
    def drawing(self) -> Drawing:
        """Which rows a bootstrap draws together."""
        errors = [[loss] for loss in self.losses.values()]
        if self.prepared.task == "regression":
            for of, answer in zip(errors, self.said.values(), strict=True):
                of.append(np.abs(answer - self.true))
        return drawing_of(self.settings, self.part, errors)

    @cached_property
    def scores(self) -> dict[str, Estimates]:
        """Name of a model -> its scores, and how sure they are."""
        measures: dict[str, Measures] = {}
        rare = rare_class(self.prepared)
        for name, answer in self.said.items():
            if self.prepared.task == "regression":
                measures[name] = ValueMeasures.of(self.true, answer)
            else:
                measures[name] = ClassMeasures.of(self.true, answer, self.predicted[name], rare)
        return estimates(measures, self.drawing)

    def case(self, outcome: str, run: str) -> Case:
        """What is known when a verdict is spoken.

        Rows that repeat training rows say nothing of new ones: where enough others are left, the verdict is by those.

        Args:
            outcome: How the training ended.
            run: What the run is called in a command.
        """
        leaks = self.prepared.leaks
        repeating = np.zeros(len(self.part), bool)
        for leak in leaks:
            repeating[list(leak.rows)] = True
        judged = self
        if repeating.any():
            others = self._take(~repeating)
            if len(others.part) >= LEFT and (not self.prepared.classes or len(np.unique(others.true)) > 1):
                judged, leaks = others, tuple(leak for leak in leaks if leak.kind != "rows")
        regression = self.prepared.task == "regression"
        fewest, few = (None, 0) if regression else judged._fewest()
        return Case(
            task=self.prepared.task,
            target=self.prepared.target.name,
            scores=judged.scores,
            rows=len(judged.part),
            outcome=outcome,
            imbalanced=imbalanced(self.prepared),
            worst_share=worst_share(judged.losses[NETWORK]) if regression else 0.0,
            fewest=fewest,
            few_classes=few,
            groups=None if judged.drawing.groups is None else judged.drawing.units,
            caveat=caveat(leaks, self.prepared.target.name),
            repeating=len(self.part) - len(judged.part),
            remedy=remedy(leaks, self.settings, run),
            run=run,
        )

    def _take(self, chosen: Bool[np.ndarray, " rows"]) -> Tested:
        part = self.part
        frame = None if part.frame is None else part.frame.filter(chosen)
        return dataclasses.replace(
            self,
            part=Part(part.x[chosen], part.y[chosen], part.numbers[chosen], frame),
            said={name: answer[chosen] for name, answer in self.said.items()},
        )

    def _fewest(self) -> tuple[tuple[int, str], int]:
        """Test rows of the rarest class, and its name; and how many classes have few."""
        counts = np.bincount(self.true, minlength=len(self.prepared.classes))
        code = int(counts.argmin())
        return (int(counts[code]), self.prepared.classes[code]), int(np.sum(counts < FEW_OF_A_CLASS))
