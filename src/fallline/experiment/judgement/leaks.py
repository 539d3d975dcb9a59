"""Why the scores of a run are not to be trusted, where its table gives the target away."""

from __future__ import annotations

from collections.abc import Sequence

from fallline.data.leaks import Leak

MOST_NAMES = 4


def caveat(leaks: Sequence[Leak], target: str) -> str:
    """One sentence about the most harmful leak; empty where there is none.

    Args:
        leaks: What was found, the most harmful first.
        target: Name of the target.
    """
    if not leaks:
        return ""
    kind = leaks[0].kind
    columns = list(dict.fromkeys(name for leak in leaks if leak.kind == kind for name in leak.columns))
    names = _listed(columns)
    if kind == "rows":
        return (
            f"These scores may be too good for new rows: {leaks[0].strength:.0%} of the test rows have the inputs of a training row "
            "(see the notes)."
        )
    if kind == "time":
        return f"These scores are for rows between those of the training, not for later ones: the rows follow each other by {names} (see the notes)."
    if kind == "group":
        return (
            f"These scores are for more rows of the same {names}, not for rows of new ones (see the notes)."
        )
    verb, be, it = ("tells", "is", "it") if len(columns) == 1 else ("tell", "are", "they")
    if kind == "tells":
        give = "gives" if it == "it" else "give"
        return f'These scores hold only if {names} {be} known before "{target}", which {it} all but {give} away (see the notes).'
    them = "it" if it == "it" else "them"
    return f'Do not trust these scores: {names} {verb} "{target}", and new rows will hardly have {them} (see the notes).'


def _listed(columns: Sequence[str]) -> str:
    shown = [f'"{name}"' for name in columns[:MOST_NAMES]]
    if not columns:
        return ""
    if len(columns) > MOST_NAMES:
        return f"{', '.join(shown)} and {len(columns) - MOST_NAMES} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
