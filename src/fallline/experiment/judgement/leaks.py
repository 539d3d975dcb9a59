"""Why the scores of a run are not to be trusted, where its table gives the target away."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from fallline.data.leaks import Leak
from fallline.data.leaks.leak import drop
from fallline.experiment.kept.run_folder import CONFIG
from fallline.experiment.settings import Settings

MOST_NAMES = 4


def caveat(leaks: Sequence[Leak], target: str) -> str:
    """One short sentence about the most harmful leak, which the notes tell of at length; empty where there is none.

    Args:
        leaks: What was found, the most harmful first.
        target: Name of the target.
    """
    if not leaks:
        return ""
    columns = _columns(leaks)
    names = _listed(columns)
    kind = leaks[0].kind
    if kind == "rows":
        return f"{100 * leaks[0].strength:.0f} % of the test rows repeat training rows: new rows may score worse."
    if kind == "time":
        return "These scores are not for later rows: test rows lie between training rows."
    if kind == "group":
        return f"These scores are for more rows of the same {names}, not of new ones."
    if kind == "key":
        verb = "tells" if len(columns) == 1 else "tell"
        return f'Do not trust these scores: {names} {verb} "{target}" here, hardly in new rows.'
    # Only who knows where the columns come from can say so: it is a condition, whatever the kind.
    return (
        f'These scores hold only if {names} {"is" if len(columns) == 1 else "are"} known before "{target}".'
    )


def remedy(leaks: Sequence[Leak], settings: Settings, run: str) -> str:
    """The command that trains again without the most harmful leak; empty where none does.

    Args:
        leaks: What was found, the most harmful first.
        settings: Of the run: what it leaves out stays out.
        run: What the run is called in a command.
    """
    if not leaks or leaks[0].kind == "rows":
        return ""
    columns = _columns(leaks)
    if leaks[0].kind in ("time", "group"):
        files = isinstance(settings.test, str) or isinstance(settings.validation, str)
        if files or settings.time is not None or settings.group is not None:
            return ""  # rows are divided in another way, which does not go with this one
        option = f"--{leaks[0].kind} {shlex.quote(columns[0])}"
    else:
        option = drop([*settings.drop, *columns])
    return f"fallline train --config {shlex.quote(f'{run}/{CONFIG}')} {option}"


def _columns(leaks: Sequence[Leak]) -> list[str]:
    """The columns of all leaks of the most harmful kind."""
    return list(dict.fromkeys(name for leak in leaks if leak.kind == leaks[0].kind for name in leak.columns))


def _listed(columns: Sequence[str]) -> str:
    shown = [f'"{name}"' for name in columns[:MOST_NAMES]]
    if not columns:
        return ""
    if len(columns) > MOST_NAMES:
        return f"{', '.join(shown)} and {len(columns) - MOST_NAMES} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
