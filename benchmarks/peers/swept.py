"""What the members of a population differ in: learning rate x dropout x seed."""

from __future__ import annotations

RATES = (3e-4, 1e-3, 3e-3, 1e-2)
DROPOUTS = (0.0, 0.1, 0.2, 0.5)

Setting = tuple[float, float, int]
"""Learning rate, dropout, seed."""


def grid(members: int) -> tuple[tuple[float, ...], tuple[float, ...], int]:
    """Rates, dropouts and the number of seeds of so many members: 1, 4, 16, or a multiple of 16."""
    if members < 4:
        return RATES[1:2], DROPOUTS[2:3], members
    if members < 16:
        return RATES, DROPOUTS[2:3], members // 4
    return RATES, DROPOUTS, members // 16


def settings(members: int) -> list[Setting]:
    """The members one by one."""
    rates, dropouts, seeds = grid(members)
    return [(rate, dropout, seed) for rate in rates for dropout in dropouts for seed in range(seeds)]
