"""Whether the network earned its keep, as data: what was found, in words, and the differences that it rests on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from fallline.data.saved import from_saved
from fallline.errors import SavedFileError

VerdictKind = Literal[
    "not_judged", "did_not_learn", "baseline_better", "mixed", "undecided", "earned", "in_doubt"
]
"""What was found on the test rows.

    not_judged       there were none, or they were not scored
    did_not_learn    neither the proper score nor the ranking shows anything beyond chance
    baseline_better  a simpler model is better beyond chance
    mixed            the network is better in one measure, a simpler model in another, each beyond chance
    undecided        the network and a simpler model cannot be told apart
    earned           the network is better than every simpler model, beyond chance
    in_doubt         whatever the scores say of the models, they hold only on the condition that the caveat names
"""


@dataclass(frozen=True)
class Comparison:
    """By how much the network is better than a baseline in one measure.

    Args:
        baseline: Name of the baseline: `trivial`, `linear`, `boosting`.
        metric: Name of the measure, as in the scores.
        network: What the network has.
        other: What the baseline has.
        value: The difference, positive where the network is better.
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
    """

    baseline: str
    metric: str
    network: float
    other: float
    value: float
    low: float
    high: float

    @property
    def side(self) -> int:
        """1 where the network is better beyond chance, -1 where it is worse, 0 where the rows cannot tell."""
        return int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True)
class Verdict:
    """Whether the network earned its keep, in at most four lines: what was found, the numbers, the doubt, the command to go on.

    Args:
        kind: What was found.
        subject: The same in a sentence.
        numbers: The measure that decided, with its 95 % interval; empty where nothing was judged.
        doubts: Why not to lean on it too much, the gravest first: that one stands in the verdict, the others in the notes.
        command: What to type next; empty where nothing suggests itself.
        best: Name of the model that is better beyond chance, or else that has the best proper score: `network`, `trivial`,
            `linear`, `boosting`; None where nothing was judged.
        comparisons: The network against each baseline, measure by measure.
        caveat: Why the scores are not to be trusted, so that neither is the verdict; empty where nothing speaks against
            them. It is then the first of the doubts.
    """

    kind: VerdictKind
    subject: str
    numbers: str = ""
    doubts: tuple[str, ...] = ()
    command: str = ""
    best: str | None = None
    comparisons: tuple[Comparison, ...] = ()
    caveat: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The verdict as it is shown, line by line."""
        command = f"To go on: `{self.command}`" if self.command else ""
        return tuple(line for line in (self.subject, self.numbers, *self.doubts[:1], command) if line)

    @property
    def sentence(self) -> str:
        """The lines in a row."""
        return " ".join(self.lines)

    def __str__(self) -> str:
        return self.sentence

    def to_json(self) -> dict[str, Any]:
        """The verdict as a JSON value, with its lines in a row as `sentence`."""
        return dataclasses.asdict(self) | {"sentence": self.sentence}

    @classmethod
    def from_json(cls, value: Any) -> Verdict:
        """The verdict that `to_json` described.

        Raises:
            SavedFileError: the value is no such verdict.
        """
        try:
            comparisons = tuple(from_saved(Comparison, item) for item in value["comparisons"])
            fields = {name: item for name, item in value.items() if name != "sentence"}
            return from_saved(cls, fields, comparisons=comparisons)
        except (TypeError, KeyError, AttributeError) as error:
            raise SavedFileError(f"the saved verdict cannot be read: {error}.") from error


NO_TEST_ROWS = Verdict(
    "not_judged", "No test rows were kept (test 0), so whether the network earned its keep is not known."
)
NOT_SCORED = Verdict("not_judged", "The run ended before its test rows were scored.")
