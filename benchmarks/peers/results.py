"""What was measured, and the numbers that follow from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from peers.cases import FALLLINE, FLOORS, KERAS, TARGETS, Case, Target

LOSS_TOLERANCE = 0.10
"""Relative distance from the median of all contenders within which final losses count as equal.

Initial weights and shuffles are each library's own, so losses differ by what another seed would do.
"""


@dataclass
class Row:
    """One contender in one case; seconds and bytes.

    Attributes:
        contender: its name.
        status: empty when all went well, else one line.
        versions: what did the work.
        cold: spawn to trained network, a fresh process each (Fallline: with an empty disk cache).
        cold_cached: the same with the disk cache warm (Fallline alone).
        first_fit: the first fit in the process of the warm rounds.
        first_compile_seconds: tracing and compiling on an empty disk cache, where the contender tells.
        compile_seconds: the same in the process of the warm rounds.
        warm: one fit a round.
        losses: final loss a round, recomputed from the weights over all rows.
        reported_losses: final loss a round, as the contender tells it.
        peak_bytes: largest resident set.
    """

    contender: str
    status: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    cold: list[float] = field(default_factory=list)
    cold_cached: list[float] = field(default_factory=list)
    first_fit: float | None = None
    first_compile_seconds: float | None = None
    compile_seconds: float | None = None
    warm: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    reported_losses: list[float] = field(default_factory=list)
    peak_bytes: int = 0

    def compile_cost(self) -> float | None:
        """Seconds of compiling: told by Fallline, first fit less a warm one for Keras, else none."""
        if self.contender in KERAS and self.first_fit is not None and self.warm:
            return max(0.0, self.first_fit - median(self.warm))
        return self.first_compile_seconds


@dataclass
class CaseResult:
    """All contenders in one case.

    Attributes:
        case: what was trained.
        rows: by contender.
        data: where the rows come from.
        busy: before each round, the share of the processors that others used while all contenders rested.
    """

    case: Case
    rows: dict[str, Row]
    data: str = ""
    busy: list[float] = field(default_factory=list)

    def ratio(self, contender: str) -> float | None:
        """Median over the rounds of the contender's warm time over Fallline's in the same round."""
        pairs = list(zip(self.rows[contender].warm, self.rows[FALLLINE].warm, strict=False))
        return median(peer / own for peer, own in pairs) if pairs else None

    def typical_loss(self) -> float | None:
        """The median of the contenders' final losses."""
        losses = [median(row.losses) for row in self.rows.values() if row.losses]
        return median(losses) if losses else None

    def loss_agrees(self, row: Row) -> bool:
        """Whether a contender learned as much as the others (`LOSS_TOLERANCE`)."""
        typical = self.typical_loss()
        return not row.losses or typical is None or abs(median(row.losses) / typical - 1) <= LOSS_TOLERANCE

    def reached(self, target: Target) -> float | None:
        """The smallest ratio among those peers of a target that learned as much as the others."""
        rows = [self.rows[peer] for peer in target.peers if peer in self.rows]
        ratios = [self.ratio(row.contender) for row in rows if self.loss_agrees(row)]
        return min((ratio for ratio in ratios if ratio is not None), default=None)

    def to_json(self) -> dict[str, Any]:
        """Every raw second, and what follows from them."""
        return {
            "case": self.case.to_json(),
            "data": self.data,
            "busy": self.busy,
            "contenders": [
                {
                    **asdict(row),
                    "compile_cost": row.compile_cost(),
                    "ratio_to_fallline": self.ratio(row.contender),
                    "loss_agrees": self.loss_agrees(row) if row.contender not in FLOORS else None,
                }
                for row in self.rows.values()
            ],
            "targets": [
                {"wording": target.wording, "ratio": target.ratio, "reached": self.reached(target)}
                for target in TARGETS
                if target.case == self.case.name
            ],
        }


def in_loop_cost(results: dict[str, CaseResult]) -> float | None:
    """What validation and stopping add to a training step: `table-as-run` against `table`, each row once."""
    if not {"table", "table-as-run"} <= results.keys():
        return None
    plain, as_run = (results[name].rows[FALLLINE].warm for name in ("table", "table-as-run"))
    if not plain or not as_run:
        return None
    return median(as_run) / (median(plain) * 0.8) - 1
