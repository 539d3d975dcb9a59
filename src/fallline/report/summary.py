"""The summary of a run in Markdown, with its figures in place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fallline.report.contents import (
    BASELINE_NAMES,
    LABELS,
    SHARES,
    RunReport,
    alike,
    format_score,
    format_scored,
    metric_label,
    rows_label,
    score_names,
)
from fallline.report.importance import Importance
from fallline.report.population_seen import PopulationSeen
from fallline.report.table_seen import HEADINGS
from fallline.report.text import description_rows

COLUMNS_SHOWN = 10
"""Columns of which the summary says how much they matter; the figure shows more."""
INTERVALS = (
    "In brackets: 95 % intervals, a bootstrap over {drawn}. They hold how the scores would change with other rows of "
    "the same kind, not with another seed or division of the data."
)
COMPARED = "By how much the network is better than another model on the same rows (negative: worse), with its 95 % interval."
CODE = re.compile(
    r"(`[^`]+`)|(--[a-z][a-z-]*(?: (?!and |or |for |in )(?:'[^']*'|\"[^\"]*\"|[^\s'\"`();:,.]|[.,](?=\S))+)?)"
)
"""What a person may copy: a command between backticks, or an option with its value."""
FITTED_ON = "fitted on the training and validation rows, as the network has seen both"


def render_summary(report: RunReport, figures: Sequence[str]) -> str:
    """The Markdown text of a run's summary.

    Args:
        report: The facts of the run.
        figures: File names of the figures beside the summary, in the order to show them.
    """
    parts = [f"# {_plain(report.name)}", "  \n".join(map(_prose, report.verdict.lines))]
    if report.outcome not in ("completed", "early_stopped"):
        parts.append(f"**{_prose(report.message)}**")
    if report.population is not None:
        parts += ["## The networks", *_population(report.population)]
    if report.test is not None:
        parts += ["## Scores", _scores(report)]
    if report.verdict.comparisons:
        parts += ["## The network beside the others", COMPARED, _compared(report)]
    rows = "\n".join(f"| {label} | {_plain(value)} |" for label, value in description_rows(report))
    parts += ["## The run", f"| | |\n| --- | --- |\n{rows}"]
    if report.reasons:
        parts += ["## Why so", "\n".join(f"- {_prose(reason)}" for reason in report.reasons)]
    if report.notes:
        parts += ["## Notes", "\n".join(f"- {_prose(note)}" for note in report.notes)]
    if report.table is not None:
        lines = [_row(list(HEADINGS)), _row(["---"] * len(HEADINGS))]
        lines += [_row([_plain(cell) for cell in column.cells]) for column in report.table.columns]
        parts += ["## The table", _plain(report.table.heading), "\n".join(lines)]
        made = "\n".join(f"- {_plain(line)}" for line in report.table.explained)
        if made:
            parts += [f"The network sees them like this: {_plain(report.table.encoding)}.", made]
    if report.calibration is not None:
        parts += ["## Its probabilities", _prose(report.calibration.sentence)]
    if report.coverage is not None:
        parts += ["## How far off it may be", _prose(report.coverage.sentence(report.name))]
    if report.importance is not None:
        parts += ["## What it leans on", _importance(report.importance)]
    parts += [f"![{name.rpartition('.')[0].replace('_', ' ')}]({name})" for name in figures]
    parts += ["## Use it", _commands(report)]
    return "\n\n".join(parts) + "\n"


def render_comparisons(
    name: str,
    score: str,
    sections: Mapping[str, tuple[Sequence[Sequence[str]], Sequence[str]]],
    figures: Mapping[str, str],
) -> str:
    """The Markdown text of comparisons.

    Args:
        name: The folder.
        score: What is compared, in words.
        sections: Factor -> its table, the names of the columns first, and its sentences.
        figures: Factor -> the file name of its figure.
    """
    parts = [f"# {_plain(name)}", f"Compared by {_plain(score)} on the test rows."]
    for factor, (table, sentences) in sections.items():
        seen = PopulationSeen(f"The {factor}, the best first.", tuple(map(tuple, table)), tuple(sentences))
        parts += [f"## {factor.capitalize()}", *_population(seen), f"![{factor}]({figures[factor]})"]
    return "\n\n".join(parts) + "\n"


def _scores(report: RunReport) -> str:
    baselines = report.baselines or {}
    names = BASELINE_NAMES[report.task]
    head = [_plain(rows_label(report)), "network", *(names.get(name, name) for name in baselines)]
    lines = [_row(head), _row(["---", *["---:"] * (len(head) - 1)])]
    for metric in score_names(report):
        cells = [
            format_scored(metric, score.get(metric), report.intervals.get(name, {}).get(metric))
            for name, score in (("network", report.test or {}), *baselines.items())
        ]
        lines.append(_row([_plain(metric_label(report, metric)), *map(_plain, cells)]))
    if report.intervals:
        lines += ["", INTERVALS.format(drawn=report.drawn)]
    if baselines and "validation" in report.rows:
        lines += ["", f"{_listed([names.get(name, name) for name in baselines]).capitalize()}: {FITTED_ON}."]
    return "\n".join(lines)


def _population(seen: PopulationSeen) -> list[str]:
    """What the networks of the run showed: heading, table, sentences."""
    parts = [_plain(seen.heading)]
    if seen.table:
        head, *rows = (_row([_plain(cell) for cell in row]) for row in seen.table)
        parts.append("\n".join([head, _row(["---", *["---:"] * (len(seen.table[0]) - 1)]), *rows]))
    return [*parts, "\n".join(f"- {_prose(sentence)}" for sentence in seen.sentences)]


def _compared(report: RunReport) -> str:
    """The comparisons on which the verdict rests, as a table."""
    lines = [_row(["other model", "measure", "network", "other", "difference", "95 % interval"])]
    lines.append(_row(["---", "---", "---:", "---:", "---:", "---:"]))
    names = BASELINE_NAMES[report.task]
    for found in report.verdict.comparisons:
        unit, scale = (" points", 100) if found.metric in SHARES else ("", 1)
        by, low, high = alike([scale * number for number in (found.value, found.low, found.high)])
        ours, theirs = (format_score(found.metric, score) for score in (found.network, found.other))
        name = names.get(found.baseline, found.baseline)
        label = LABELS.get(found.metric, found.metric)
        lines.append(_row([*map(_plain, (name, label, ours, theirs, f"{by}{unit}", f"{low} to {high}"))]))
    return "\n".join(lines)


def _importance(importance: Importance) -> str:
    """The columns that matter most, as a table."""
    worse = {"log_loss": "log loss rises by", "r2": "R² falls by"}[importance.measure]
    lines = [_row(["column", worse, "standard error"]), _row(["---", "---:", "---:"])]
    lines += [
        _row([_plain(column.name), f"{column.mean:.4f}", f"{column.standard_error:.4f}"])
        for column in importance.columns[:COLUMNS_SHOWN]
    ]
    said = f"{importance.sentence} Each column is shuffled alone ({importance.basis})"
    shared = (
        ""
        if "that say the same" in importance.sentence
        else "; columns that say the same share what they are worth"
    )
    return f"{_plain(said)}{shared}.\n\n" + "\n".join(lines)


def _commands(report: RunReport) -> str:
    return (
        "```sh\n"
        f"fallline predict {report.name} DATA --out scores.csv   # score new rows\n"
        f"fallline train --config {report.name}/config.json      # train it again\n"
        "```"
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _prose(text: str) -> str:
    """A sentence: commands and options as code, so that they can be copied, and the rest as `_plain`."""
    found = []
    for part in CODE.split(text):
        if part and CODE.fullmatch(part):
            found.append(part if part.startswith("`") else f"`{part}`")
        elif part:
            found.append(_escaped(part))
    return " ".join("".join(found).split()) if "`" not in text else "".join(found)


def _plain(text: str) -> str:
    """Text with the signs escaped that Markdown would take for a table or markup (column names are the user's)."""
    return " ".join(_escaped(text).split())


def _escaped(text: str) -> str:
    for sign in "\\|*_`<#[":
        text = text.replace(sign, f"\\{sign}")
    return text
