"""All measurements as one table: scores, processor time, and how Fallline stands to each contender, paired over divisions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median, stdev

from rich.table import Table

from peers.tabular.measured import OWN, PEERS, Measurement
from peers.tabular.sets import SETS

RIVALS = ("boosting", "realmlp", "tabm")
FLOORS = ("linear", "mlp")
NAMES = {
    "linear": "linear",
    "mlp": "scikit-learn's MLP",
    "boosting": "boosting",
    "realmlp": "RealMLP",
    "tabm": "TabM",
    "fallline": "Fallline",
    "fallline-thorough": "Fallline, thorough",
}


@dataclass(frozen=True)
class Paired:
    """The difference to another contender on the same divisions, above 0 where Fallline is worse.

    Args:
        value: The mean difference of errors, as a share of the other's mean error.
        error: Its standard error; NaN of one division.
        divisions: How many both were measured on.
    """

    value: float
    error: float
    divisions: int

    @property
    def behind(self) -> bool:
        """Whether Fallline is worse by more than a standard error; of one division nothing can be said."""
        return math.isfinite(self.error) and self.value > self.error


def of_set(found: Sequence[Measurement], name: str, contender: str, build: str) -> dict[int, Measurement]:
    """A contender's measurements on a table, by division; of Fallline those of a build."""
    return {
        one.seed: one
        for one in found
        if (one.set, one.contender) == (name, contender)
        and (contender not in OWN or one.build == build)
        and not one.failed
    }


def paired(
    ours: dict[int, Measurement], theirs: dict[int, Measurement], measure: str = "error"
) -> Paired | None:
    """The paired difference; None where no division is common.

    Args:
        ours: Fallline's measurements.
        theirs: The other's.
        measure: `error` (log loss or RMSE), or `wrong` (one less the accuracy).
    """
    common = sorted(ours.keys() & theirs.keys())
    if not common:
        return None

    def of(one: Measurement) -> float:
        return one.error if measure == "error" else 1 - one.score

    differences = [of(ours[seed]) - of(theirs[seed]) for seed in common]
    scale = mean(of(theirs[seed]) for seed in common) or 1.0
    error = stdev(differences) / math.sqrt(len(common)) / scale if len(common) > 1 else math.nan
    return Paired(mean(differences) / scale, error, len(common))


def table_of(found: Sequence[Measurement], build: str, own: str = "fallline") -> Table:
    """Set by set: what each contender scores and costs, and by how much Fallline's error differs from it."""
    table = Table(
        title="Accuracy and log loss, or RMSE: means over divisions; processor seconds of all its processes, median. In brackets: by how "
        "much Fallline's error differs, in % of the other's, +- its standard error"
    )
    shown = [*PEERS, own]
    for heading in ("table", *(NAMES[name] for name in shown), "of RealMLP's time"):
        table.add_column(heading, justify="left" if heading == "table" else "right")
    for name in SETS:
        measured = {contender: of_set(found, name, contender, build) for contender in shown}
        if not measured[own]:
            continue
        cells = [
            _cell(measured[contender], measured[own], SETS[name].classes, contender == own)
            for contender in shown
        ]
        table.add_row(name, *cells, _time_ratio(measured[own], measured["realmlp"]))
    return table


def lines_of(found: Sequence[Measurement], build: str, own: str = "fallline") -> list[str]:
    """What the table says: where Fallline is behind whom, and what it costs."""
    behind: dict[str, list[str]] = {"best": [], "floor": []}
    sets, ratios, without = [], [], []
    for name in SETS:
        ours = of_set(found, name, own, build)
        if not ours:
            continue
        sets.append(name)
        rivals = {rival: of_set(found, name, rival, build) for rival in RIVALS}
        without += [
            f"{NAMES[rival]} on {name}" for rival, of in rivals.items() if len(ours.keys() & of.keys()) < 2
        ]
        measures = ("error", "wrong") if SETS[name].classes else ("error",)
        for kind, peers in (
            ("best", rivals),
            ("floor", {peer: of_set(found, name, peer, build) for peer in FLOORS}),
        ):
            beaten = [
                NAMES[peer]
                for peer, of in peers.items()
                for measure in measures
                if (stands := paired(ours, of, measure)) is not None and stands.behind
            ]
            if beaten:
                behind[kind].append(f"{name} ({', '.join(dict.fromkeys(beaten))})")
        common = ours.keys() & rivals["realmlp"].keys()
        ratios += [ours[seed].whole / rivals["realmlp"][seed].whole for seed in common]
    said = [
        f"Not behind the best of {', '.join(NAMES[rival] for rival in RIVALS)} by more than a standard error, in error and "
        f"in accuracy, on {len(sets) - len(behind['best'])} of {len(sets)} tables. Behind: {', '.join(behind['best']) or 'on none'}.",
        f"Behind the linear model or scikit-learn's MLP: {', '.join(behind['floor']) or 'on none'}.",
    ]
    if ratios:
        said.append(f"Processor time, of RealMLP's: median {median(ratios):.2f}, worst {max(ratios):.2f}.")
    if without:
        said.append(f"Measured on fewer than two common divisions, and so not counted: {', '.join(without)}.")
    failed = [f"{one.contender} on {one.set} {one.seed}: {one.failed}" for one in found if one.failed]
    return said + failed


def _cell(of: dict[int, Measurement], ours: dict[int, Measurement], classes: bool, own: bool) -> str:
    if not of:
        return "-"
    error = mean(one.error for one in of.values())
    score = f"{mean(one.score for one in of.values()):.3f}, {error:.3f}" if classes else f"{error:,.4g}"
    lines = [score, f"{median(one.whole for one in of.values()):.1f} s"]
    if not own and (stands := paired(ours, of)) is not None:
        spread = f" +- {100 * stands.error:.1f}" if math.isfinite(stands.error) else ""
        lines.append(f"({100 * stands.value:+.1f}{spread})")
    return "\n".join(lines)


def _time_ratio(ours: dict[int, Measurement], theirs: dict[int, Measurement]) -> str:
    common = ours.keys() & theirs.keys()
    return f"{median(ours[seed].whole / theirs[seed].whole for seed in common):.2f}" if common else "-"
