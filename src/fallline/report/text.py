"""A run's result for the terminal: one table of scores, the verdict, and what to know besides."""

from __future__ import annotations

import io

from rich.console import Console
from rich.table import Table

from fallline.report.contents import LABELS, RunReport, format_score, score_names

WIDTH = 80
BASELINE_NAMES = {
    "binary": {"trivial": "most frequent class", "linear": "logistic regression"},
    "multiclass": {"trivial": "most frequent class", "linear": "logistic regression"},
    "regression": {"trivial": "mean", "linear": "ridge regression"},
}
"""Task -> name of a baseline -> what it is called in tables."""


def render_results(report: RunReport) -> str:
    """The scores beside the baselines', the verdict, the outcome and the notes, in 80 columns."""
    out = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    if report.test is not None:
        out.print(_score_table(report))
    out.print(report.verdict)
    if report.outcome not in ("completed", "early_stopped"):
        out.print(report.message)
    for note in report.notes:
        out.print(f"Note: {note}", markup=False)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().rstrip("\n")


def render_description(report: RunReport, layers: str) -> str:
    """What a saved model is: its task, data, layers, training and scores, in 80 columns.

    Args:
        report: What the model's file says about its run.
        layers: The table of layers (`Model.summary`).
    """
    out = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    facts = Table(box=None, show_header=False, pad_edge=False)
    for label, value in description_rows(report):
        facts.add_row(f"{label}  ", value)
    out.print(facts)
    out.print()
    out.print(layers.rstrip("\n"), markup=False, no_wrap=True, crop=False)
    out.print()
    if report.test is not None:
        out.print(_score_table(report))
    out.print(report.verdict, markup=False)
    for note in report.notes:
        out.print(f"Note: {note}", markup=False)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().rstrip("\n")


def description_rows(report: RunReport) -> list[tuple[str, str]]:
    """Label and value of each fact about a run, in reading order."""
    best = f", best weights from epoch {report.best_epoch}" if report.best_epoch else ""
    facts = [
        ("run", report.name),
        ("data", report.data),
        ("task", f"{report.task}: {report.target}"),
        ("inputs", report.inputs),
        ("rows", ", ".join(f"{count:,} {part}" for part, count in report.rows.items())),
        ("network", report.network),
        ("recipe", recipe_text(report)),
        ("training", f"{report.epochs} epochs in {report.seconds:.1f} s{best}"),
        ("outcome", report.message),
    ]
    if report.classes:
        shown = ", ".join(report.classes[:12]) + (", ..." if len(report.classes) > 12 else "")
        facts.insert(3, ("classes", f"{len(report.classes)}: {shown}"))
    return facts


def recipe_text(report: RunReport) -> str:
    """The numbers of the training in one line, without those that do nothing."""
    idle = (None, False, 0, 0.0)
    return ", ".join(
        name.replace("_", " ") if value is True else f"{name.replace('_', ' ')} {_plain(value)}"
        for name, value in report.recipe.items()
        if value not in idle
    )


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return "-".join(str(item) for item in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _score_table(report: RunReport) -> Table:
    names = BASELINE_NAMES[report.task]
    table = Table(title=f"{report.rows.get('test', 0):,} test rows", title_justify="left", pad_edge=False)
    table.add_column("")
    table.add_column("network", justify="right")
    baselines = report.baselines or {}
    for baseline in baselines:
        table.add_column(names.get(baseline, baseline), justify="right")
    for metric in score_names(report):
        scores = [report.test or {}, *baselines.values()]
        table.add_row(
            LABELS.get(metric, metric),
            *(format_score(metric, score.get(metric), report.target) for score in scores),
        )
    return table
