"""What a verdict is about: the scores of all models on the same test rows, and how they compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fallline.experiment.judgement.bootstrap import LEVEL, Estimate, Estimates
from fallline.report.contents import BASELINE_NAMES
from fallline.report.verdict import Comparison

NETWORK, TRIVIAL = "network", "trivial"
LOWER_IS_BETTER = ("log_loss", "rmse", "mae")
PROPER = {"binary": "log_loss", "multiclass": "log_loss", "regression": "rmse"}
"""Task -> the score that only true probabilities, or true means, make best: what the network is trained for."""
TWO_MEASURES = 1 - (1 - LEVEL) / 2
"""The level at which one of two measures decides alone (Bonferroni), so that looking at both is no second chance."""
CHANCE_RANKING = 0.5
FEW_UNITS = 100
FEW_OF_A_CLASS = 10
"""Test rows (groups), and test rows of the rarest class, below which a verdict says how few they are."""


@dataclass(frozen=True)
class Case:
    """What is known when a verdict is spoken.

    Args:
        task: `binary`, `multiclass` or `regression`.
        target: Name of the target.
        scores: Name of a model (`network`, `trivial`, `linear`, `boosting`) -> its scores on the test rows.
        rows: How many test rows are judged by.
        outcome: How the training ended: `Outcome.kind`.
        imbalanced: Whether one class is so rare that accuracy says little.
        worst_share: Of a regression: share of the network's squared error in the worst hundredth of the rows.
        fewest: Test rows of the class that has fewest, and its name; None of a regression.
        few_classes: Classes with fewer test rows than `FEW_OF_A_CLASS`.
        groups: How many groups of rows there are where rows belong together; None where they do not.
        caveat: Why the scores are not to be trusted; empty where nothing speaks against them.
        repeating: Test rows that repeat training rows, and are left out of all this.
        remedy: The command that trains without what the caveat speaks of; empty where there is none.
        run: What the run is called in a command.
    """

    task: str
    target: str
    scores: Mapping[str, Estimates]
    rows: int
    outcome: str = "completed"
    imbalanced: bool = False
    worst_share: float = 0.0
    fewest: tuple[int, str] | None = None
    few_classes: int = 0
    groups: int | None = None
    caveat: str = ""
    repeating: int = 0
    remedy: str = ""
    run: str = "RUN"

    @property
    def others(self) -> list[str]:
        """The baselines that learned something: all but the trivial one."""
        return [name for name in self.scores if name not in (NETWORK, TRIVIAL)]

    @property
    def proper(self) -> str:
        """The score that decides."""
        return PROPER[self.task]

    @property
    def metrics(self) -> list[str]:
        """The measures in which models are compared, the one that decides first."""
        if self.task == "regression":
            return ["rmse", "mae"]
        share = "balanced_accuracy" if self.imbalanced else "accuracy"
        return [name for name in ("log_loss", self.ranking, share) if name in self.scores[NETWORK]]

    @property
    def ranking(self) -> str:
        """The score of a classifier's order of the rows."""
        return "auc" if self.task == "binary" else "macro_auc"

    @property
    def ranks(self) -> bool:
        """Whether the network ranks the rows better than chance: the interval of its AUC lies above a half."""
        score = self.scores[NETWORK].get(self.ranking)
        return score is not None and score.side(over=CHANCE_RANKING) > 0

    def name(self, model: str) -> str:
        """What people call a model."""
        return BASELINE_NAMES[self.task].get(model, model)

    def value(self, model: str, metric: str) -> float:
        """A score of a model on the test rows."""
        return self.scores[model][metric].value

    def gain(self, baseline: str, metric: str) -> Estimate:
        """By how much the network is better than a baseline."""
        return self.better(NETWORK, baseline, metric)

    def better(self, model: str, other: str, metric: str) -> Estimate:
        """By how much one model is better than another."""
        one, two = self.scores[model][metric], self.scores[other][metric]
        return two.minus(one) if metric in LOWER_IS_BETTER else one.minus(two)

    def side(self, baseline: str, metric: str, level: float = LEVEL) -> int:
        """1 where the network is better than a baseline beyond chance, -1 where it is worse, else 0."""
        if metric not in self.scores[baseline] or metric not in self.scores[NETWORK]:
            return 0
        return self.gain(baseline, metric).side(level)

    def ordered(self, models: list[str]) -> list[str]:
        """Models from the best to the worst in the score that decides."""
        return sorted(models, key=lambda model: self.value(model, self.proper))

    def comparisons(self) -> tuple[Comparison, ...]:
        """The network against each baseline, measure by measure."""
        found = []
        for baseline in self.scores:
            for metric in self.metrics if baseline != NETWORK else ():
                gain = self.gain(baseline, metric)
                ends = gain.interval()
                if ends is not None:
                    one, two = (self.value(model, metric) for model in (NETWORK, baseline))
                    found.append(Comparison(baseline, metric, one, two, gain.value, *ends))
        return tuple(found)
