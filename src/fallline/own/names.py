"""Names that a person wrote, cut so that they fit and still differ: those of classes, columns and metrics."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

GAP = "…"
"""Stands for what is left out."""


def short_name(name: str, most: int, gap: str = GAP) -> str:
    """A name in one line of at most so many signs; a longer one is cut in the middle, as most names differ at their ends.

    Args:
        name: The name.
        most: Signs at most.
        gap: Stands for what is left out.
    """
    name = _one_line(name)
    if len(name) <= most:
        return name
    room = most - len(gap)
    return name[: room - room // 2] + gap + name[len(name) - room // 2 :]


def short_names(names: Sequence[str], most: int, gap: str = GAP) -> list[str]:
    """Names as `short_name` cuts them, such that different names look different.

    Of those that would look alike, the place where they part is shown: `the…long one…`. Where that does not part them
    either, they are numbered by their place: `the nam…e (3)`.

    Args:
        names: The names.
        most: Signs at most of each.
        gap: Stands for what is left out.
    """
    cut = [short_name(name, most, gap) for name in names]
    for alike in _alike(names, cut):
        whole = [_one_line(names[k]) for k in alike]
        # The first and the last in order begin as all of them do.
        part = _same(min(whole), max(whole))
        for k, name in zip(alike, whole, strict=True):
            cut[k] = _around(name, part, most, gap)
    for alike in _alike(names, cut):
        for k in alike:
            number = f" ({k + 1})"
            cut[k] = short_name(names[k], max(most - len(number), 2 + len(gap)), gap) + number
    return cut


def _around(name: str, part: int, most: int, gap: str) -> str:
    """The beginning of a name and what stands from the given place on."""
    head = most // 4
    window = most - head - 2 * len(gap)
    if len(name) - part <= window + len(gap):
        return short_name(name, most, gap)  # the end shows it
    start = max(part - 1, head)
    return name[:head] + gap + name[start : start + window] + gap


def _alike(names: Sequence[str], cut: Sequence[str]) -> list[list[int]]:
    """The places of different names that look alike."""
    repeated = {text for text, count in Counter(cut).items() if count > 1}
    groups: dict[str, list[int]] = defaultdict(list)
    for k, text in enumerate(cut):
        if text in repeated:
            groups[text].append(k)
    return [group for group in groups.values() if len({names[k] for k in group}) > 1]


def _same(first: str, second: str) -> int:
    """How many signs two names begin with in common."""
    differ = (k for k, (one, other) in enumerate(zip(first, second, strict=False)) if one != other)
    return next(differ, min(len(first), len(second)))


def _one_line(name: str) -> str:
    return " ".join(name.split())
