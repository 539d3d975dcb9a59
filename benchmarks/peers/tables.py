"""The results as a person reads them."""

from __future__ import annotations

from statistics import median

from rich.console import Console
from rich.table import Table

from peers.cases import FALLLINE, FLOORS, IN_LOOP_COST, KERAS, TARGETS
from peers.machine import BUSY
from peers.results import LOSS_TOLERANCE, CaseResult, Row, in_loop_cost

COLUMNS = (
    "contender",
    "cold process",
    "compile",
    "warm median",
    "warm min",
    "x Fallline",
    "final loss",
    "peak memory",
)


def print_case(console: Console, result: CaseResult) -> None:
    """One table for one case, with its targets below."""
    table = Table(title=f"{result.case.title} ({result.data})", title_justify="left", title_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "contender" else "right", no_wrap=True)
    for row in result.rows.values():
        if row.contender == FLOORS[0]:
            table.add_section()
        table.add_row(*_cells(result, row))
        if row.cold_cached:
            compiled = _seconds(row.compile_seconds)
            table.add_row("  disk cache warm", _seconds(min(row.cold_cached)), compiled, "", "", "", "", "")
    console.print(table)
    for row in result.rows.values():
        if row.status:
            console.print(f"  {row.contender}: {row.status}", markup=False, soft_wrap=True)
    if any(not result.loss_agrees(row) for row in result.rows.values()):
        console.print(
            f"  ! more than {LOSS_TOLERANCE:.0%} from the median loss {result.typical_loss():.4g}: "
            "not the same work, left out of the targets",
            soft_wrap=True,
        )
    if result.busy and median(result.busy) > BUSY:
        console.print(
            f"  ! others used {median(result.busy):.0%} of the processors while all contenders rested: measure again "
            "on a quiet machine (PyTorch's OpenMP loses far more than its share)",
            soft_wrap=True,
        )
    for line in _verdicts(result):
        console.print(f"  {line}", markup=False)
    console.print()


def print_in_loop_cost(console: Console, results: dict[str, CaseResult]) -> None:
    """What validation and stopping inside the run cost Fallline, when both `table` cases were measured."""
    cost = in_loop_cost(results)
    if cost is not None:
        console.print(
            f"validation, accuracy and stopping add {cost:+.0%} to Fallline's time for a training row "
            f"(allowed {IN_LOOP_COST:+.0%}): {_reached(cost <= IN_LOOP_COST)}"
        )


def _cells(result: CaseResult, row: Row) -> tuple[str, ...]:
    if row.status and not row.warm:
        missing = row.status.startswith("not installed")
        return (row.contender, "not installed" if missing else "failed", *[""] * (len(COLUMNS) - 2))
    loss = f"{median(row.losses):.4f}" if row.losses else ""
    ratio = result.ratio(row.contender)
    return (
        row.contender,
        _seconds(min(row.cold) if row.cold else None),
        _seconds(row.compile_cost()),
        _seconds(median(row.warm) if row.warm else None),
        _seconds(min(row.warm) if row.warm else None),
        f"{ratio:.2f}" if ratio is not None else "",
        loss if result.loss_agrees(row) else f"! {loss}",
        f"{row.peak_bytes / 2**20:,.0f} MiB" if row.peak_bytes else "",
    )


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.1f} ms"


def _verdicts(result: CaseResult) -> list[str]:
    if not result.loss_agrees(result.rows[FALLLINE]):
        return ["targets: void, Fallline's own loss is not that of its peers"]
    lines = []
    for target in TARGETS:
        if target.case == result.case.name:
            reached = result.reached(target)
            found = "not measured"
            if reached is not None:
                found = f"{reached:.1f}x, {_reached(reached >= target.ratio)}"
            lines.append(f"target: >= {target.ratio:g}x {target.wording}: {found}")
    if result.case.name == "table":
        lines += _cold_verdicts(result)
    return lines


def _cold_verdicts(result: CaseResult) -> list[str]:
    own = result.rows[FALLLINE]
    peers = {name: min(row.cold) for name, row in result.rows.items() if row.cold and name != FALLLINE}
    heavy = [seconds for name, seconds in peers.items() if name in (*KERAS, "pytorch")]
    lines = []
    if own.cold and heavy:
        won = _reached(min(own.cold) < min(heavy))
        first = f"{_seconds(min(own.cold))} against {_seconds(min(heavy))}"
        lines.append(f"target: cold process, empty disk cache, before Keras and PyTorch: {first}, {won}")
    if own.cold_cached and peers:
        won = _reached(min(own.cold_cached) < min(peers.values()))
        cached = f"{_seconds(min(own.cold_cached))} against {_seconds(min(peers.values()))}"
        lines.append(f"target: cold process, disk cache warm, before every peer: {cached}, {won}")
    return lines


def _reached(done: bool) -> str:
    return "reached" if done else "NOT reached"
