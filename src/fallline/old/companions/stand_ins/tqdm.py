"""`tqdm` where it is not installed: the loops go, without their bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class tqdm:  # noqa: N801 - its name
    """An iterable, or a count."""

    def __init__(self, iterable: Iterable[Any] | None = None, *_: Any, total: Any = None, **__: Any) -> None:
        self.iterable = () if iterable is None else iterable
        self.total = total
        self.n = 0

    def __iter__(self) -> Iterator[Any]:
        for each in self.iterable:
            self.n += 1
            yield each

    def __len__(self) -> int:
        iterable: Any = self.iterable
        return self.total if self.total is not None else len(iterable)

    def __enter__(self) -> tqdm:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def update(self, n: float = 1) -> None:
        """Counts."""
        self.n += int(n)

    def close(self) -> None:
        """Nothing is open."""

    def set_description(self, *_: Any, **__: Any) -> None:
        """There is no bar to write it on."""

    set_postfix = set_postfix_str = set_description_str = refresh = reset = set_description

    @staticmethod
    def write(text: str, *_: Any, **__: Any) -> None:
        """Prints a line."""
        print(text)


tqdm_notebook = tqdm


def trange(*counts: int, **named: Any) -> tqdm:
    """`tqdm(range(...))`."""
    return tqdm(range(*counts), **named)


tnrange = trange
