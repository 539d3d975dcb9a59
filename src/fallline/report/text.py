"""A run's result for the terminal: one table of scores, the verdict, and what to know besides."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fallline.report.contents import (
    BASELINE_NAMES,
    LABELS,
    OF_RARE,
    RunReport,
    format_score,
    format_scored,
    rare_label,
    rows_label,
    score_names,
)
from fallline.report.table_seen import TableSeen, seen_table

WIDTH = 80
LABEL_WIDTH = 17
"""Signs of the longest name of a score, so that none is broken."""


def render_results(report: RunReport) -> str:
    """The scores beside the baselines', the verdict, the outcome and the notes, in 80 columns.

    What is to be known about the table was said before the training.
    """
    parts: list[Table | Text | str] = _population(report)
    parts += [] if report.test is None else [_score_table(report)]
    if report.outcome not in ("completed", "early_stopped"):
        parts.append(Text(report.message))
    parts += _verdict(report)
    parts += [] if report.calibration is None else [Text(report.calibration.sentence)]
    parts += [] if report.coverage is None else [Text(report.coverage.sentence(report.name))]
    parts += [] if report.importance is None else [Text(report.importance.sentence)]
    said = () if report.table is None else report.table.notes
    parts += [Text(f"Note: {note}") for note in report.notes if note not in said]
    if said:
        noun = "note about the table is" if len(said) == 1 else "notes about the table are"
        parts.append(Text(f"{len(said)} {noun} above, and in the summary."))
    return _rendered(parts)


def render_description(report: RunReport, layers: str) -> str:
    """What a saved model is: its task, data, layers, training and scores, in 80 columns.

    Args:
        report: What the model's file says about its run.
        layers: The table of layers (`Model.summary`).
    """
    facts = Table(box=None, show_header=False, pad_edge=False)
    for label, value in description_rows(report):
        facts.add_row(Text(label), Text(value))
    made = [] if report.table is None else [Text(f"  {line}") for line in report.table.explained]
    made = [Text(""), Text("How the features are made:"), *made] if made else []
    parts: list[Table | Text | str] = [
        facts,
        *made,
        Text(""),
        Text(layers.rstrip("\n"), no_wrap=True),
        Text(""),
    ]
    parts += _population(report)
    parts += [] if report.test is None else [_score_table(report)]
    parts += [*_verdict(report), *(Text(f"Note: {note}") for note in report.notes)]
    return _rendered(parts)


def render_seen(seen: TableSeen, *, most: int | None = None, width: int = WIDTH) -> str:
    """What was seen in a table: a line a column, then what is odd.

    Args:
        seen: The table.
        most: Columns to show; None for all.
        width: Signs in a line.
    """
    parts: list[Table | Text | str] = [Text(seen.heading), seen_table(seen, most, width)]
    if most is not None and (more := len(seen.columns) - most) > 0:
        parts.append(Text(f"{more:,} more columns: fallline inspect shows them all."))
    parts += [Text(f"Note: {note}") for note in seen.notes]
    return _rendered(parts, width)


def _population(report: RunReport) -> list[Table | Text | str]:
    """What the networks of the run showed, where there are several."""
    if (seen := report.population) is None:
        return []
    parts: list[Table | Text | str] = [Text(seen.heading)]
    if seen.table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for place, name in enumerate(seen.table[0]):
            # What is written in words may be broken, numbers may not.
            words = any("," in row[place] for row in seen.table)
            left = place == 0 or words
            table.add_column(
                Text(name), justify="left" if left else "right", no_wrap=not words and "(" not in name
            )
        for row in seen.table[1:]:
            table.add_row(*map(Text, row))
        parts.append(table)
    return [*parts, *(Text(sentence) for sentence in seen.sentences), Text("")]


def _verdict(report: RunReport) -> list[Text | str]:
    """The lines of the verdict; the command, which is to be copied, is not broken."""
    lines = report.verdict.lines
    return [line if report.verdict.command and line is lines[-1] else Text(line) for line in lines]


def _rendered(parts: Sequence[Table | Text | str], width: int = WIDTH) -> str:
    """The parts as plain text: what a person may copy, without trailing blanks and control codes.

    A part that is text without more stays in one line, however long.
    """
    file = io.StringIO()
    out = Console(file=file, width=width, highlight=False, color_system=None)
    for part in parts:
        out.print(part, soft_wrap=isinstance(part, str), markup=False)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()).rstrip("\n")


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
        (
            "training",
            f"{report.epochs} epoch{'' if report.epochs == 1 else 's'} in {report.seconds:.1f} s{best}",
        ),
        ("outcome", report.message),
    ]
    if report.threshold is not None:
        facts.insert(3, ("threshold", f"{report.classes[1]} above a probability of {report.threshold:.7g}"))
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
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(Text(rows_label(report)), min_width=LABEL_WIDTH)
    intervals = report.intervals.get("network", {})
    table.add_column("network (95 % interval)" if intervals else "network", justify="right", no_wrap=True)
    baselines = report.baselines or {}
    for baseline in baselines:
        # A word a line: three baselines beside the network and its intervals fit 80 signs.
        heading = names.get(baseline, baseline).replace(" ", "\n")
        table.add_column(Text(heading), justify="right", no_wrap=True)
    of_rare = False
    for metric in score_names(report):
        if report.rare is not None and metric in OF_RARE and not of_rare:
            of_rare = True
            table.add_row(Text(f"of {rare_label(report)}:"))
        table.add_row(
            LABELS.get(metric, metric),
            format_scored(metric, (report.test or {}).get(metric), intervals.get(metric)),
            *(format_score(metric, score.get(metric)) for score in baselines.values()),
        )
    return table
