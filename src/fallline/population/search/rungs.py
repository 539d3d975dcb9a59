"""At which epochs candidates are compared, and how many are left, in whole numbers.

Everything is counted by multiplying and dividing integers: a logarithm in binary numbers loses a rung,
log(243) / log(3) = 4.999999999999999.
"""

from __future__ import annotations

from fallline._ranges import whole
from fallline.errors import UsageError


def check_rungs(where: str, factor: object, least: object, epochs: int | None = None) -> None:
    """The numbers of a halving.

    Raises:
        UsageError: `factor` is no whole number of at least 2, `least` none of at least 1 or above `epochs`.
    """
    whole(f"{where}: factor", factor, 2)
    fewest = whole(f"{where}: least", least, 1)
    if epochs is not None and fewest > epochs:
        raise UsageError(
            f"{where}: the first comparison is after least={fewest} epochs, but only {epochs} are trained. "
            "Lower least=, or train longer."
        )


def depth(epochs: int, factor: int, least: int) -> int:
    """The largest s with epochs // factor^s >= least: so often are candidates compared before the end."""
    s = 0
    while epochs // factor ** (s + 1) >= least:
        s += 1
    return s


def rungs(epochs: int, factor: int, s: int) -> tuple[int, ...]:
    """The epochs r_k = epochs // factor^(s-k), k = 0..s, after which candidates are compared.

    They are counted down from the end, so that the last rung is the whole training whatever number that is: 100 epochs
    by 3 are compared after 1, 3, 11, 33 and 100.
    """
    return tuple(epochs // factor ** (s - k) for k in range(s + 1))


def survivors(candidates: int, factor: int, s: int) -> tuple[int, ...]:
    """How many are trained to each rung: n_k = candidates // factor^k, but one at least."""
    return tuple(max(candidates // factor**k, 1) for k in range(s + 1))


def spent(sizes: tuple[int, ...], epochs: tuple[int, ...]) -> int:
    """The epochs of all candidates together, each going on from where it was."""
    before = (0, *epochs)
    return sum(size * (until - begun) for size, until, begun in zip(sizes, epochs, before[:-1], strict=True))
