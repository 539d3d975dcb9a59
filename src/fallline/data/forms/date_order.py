"""The order of day, month and year where digits name all three: all rows of a column decide it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.layouts import Layout, order_of
from fallline.data.forms.time_form import read_format

_WORDS = {"dmy": "day before month", "mdy": "month before day", "ymd": "year first"}
# The days on which what happens once a month is dated; else a day takes any value.
_MONTHLY_DAYS = (1, 15, 28, 29, 30, 31)
_FIRST_CELLS = 1_000


class Readings:
    """Different cells, each standing for some rows, read by formats; each format once.

    Args:
        cells: The cells, null where missing.
        rows: How many rows each stands for.
    """

    def __init__(self, cells: pl.Series, rows: pl.Series) -> None:
        self.cells = cells
        self.rows = rows
        self._read: dict[str, pl.Series] = {}

    def read(self, form: str) -> pl.Series:
        """The cells by one format."""
        if form not in self._read:
            self._read[form] = read_format(self.cells, form)
        return self._read[form]

    def read_by(self, forms: set[str]) -> pl.Series:
        """Whether any of some formats reads each cell."""
        return pl.DataFrame([self.read(form).is_not_null().alias(form) for form in forms]).max_horizontal()

    def count(self, forms: set[str]) -> int:
        """How many rows some formats read."""
        return int(self.rows.filter(self.read_by(forms)).sum())


@dataclass(frozen=True)
class Asked:
    """What is known of a column beside its cells: its name, an order, and whether it must hold dates."""

    name: str = ""
    order: str = ""
    forced: bool = False


def decide_formats(
    readings: Readings, layouts: tuple[Layout, ...], asked: Asked
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One format a layout, and what the cells leave in doubt.

    Layouts with one separator have one order. Where its cells do not decide it, those of the other separators do;
    where none does, the day comes first: that is said, but of dots, which nobody writes with the month first.
    """
    groups: dict[str, dict[str, set[str]]] = {}
    for form in (form for layout in layouts if len(layout) > 1 for form in layout):
        groups.setdefault(_group(form), {}).setdefault(order_of(form), set()).add(form)
    best = {group: _best_orders(readings, orders, asked) for group, orders in groups.items()}
    decided = {orders[0] for orders in best.values() if len(orders) == 1}
    chosen: dict[str, str] = {}
    doubts = []
    for group, orders in best.items():
        shared = tuple(decided & set(orders))
        order, doubt = (shared[0], "") if len(shared) == 1 else _taken(orders, groups[group], readings)
        chosen[group] = order
        doubt = doubt or _contradiction(order, groups[group], readings)
        doubts += [f"{doubt} ({_override(order, orders, asked.name)})"] if doubt else []
    formats = [
        next((f for f in layout if order_of(f) == chosen.get(_group(f))), layout[0]) for layout in layouts
    ]
    return tuple(dict.fromkeys(formats)), tuple(doubts)


def _group(form: str) -> str:
    """Formats of one group share their order: the separator, and whether months have names."""
    separator = re.sub("%a |%.", "", form)[:1]
    return f"{separator}b" if "%b" in form else separator


def _best_orders(readings: Readings, orders: dict[str, set[str]], asked: Asked) -> tuple[str, ...]:
    """The orders in which most rows are dates."""
    named = any("%b" in form for forms in orders.values() for form in forms)
    if asked.forced and asked.order in orders and not named:
        return (asked.order,)
    first = Readings(readings.cells.head(_FIRST_CELLS), readings.rows.head(_FIRST_CELLS))
    likely = max(orders, key=lambda order: first.count(orders[order]))
    all_first = int(first.rows.filter(first.cells.is_not_null()).sum())
    # An order that reads all cells wins against those that miss one of the first.
    if (
        all(first.count(orders[order]) < all_first for order in orders if order != likely)
        and (readings.read_by(orders[likely]) == readings.cells.is_not_null()).all()
    ):
        return (likely,)
    counts = {order: readings.count(forms) for order, forms in orders.items()}
    best = tuple(order for order in counts if counts[order] == max(counts.values()))
    # That other dates have their year first, in four digits, says nothing about two.
    return (asked.order,) if asked.order in best and asked.order != "ymd" and not named else best


def _taken(tied: tuple[str, ...], orders: dict[str, set[str]], readings: Readings) -> tuple[str, str]:
    """One of the orders between which no row decides, and the doubt."""
    if len(tied) == 1:
        return tied[0], ""
    separator = _group(min(orders[tied[0]]))
    if "dmy" in tied and ("b" in separator or separator == "."):
        return "dmy", ""
    doubt = ""
    if "ymd" in tied:
        others = tuple(order for order in tied if order != "ymd")
        year_first, clear = _year_first(orders["ymd"], orders[others[0]], readings)
        tied = ("ymd",) if year_first else others
        doubt = (
            "" if clear else f"day, month and year could be exchanged in every row; {_WORDS[tied[0]]} taken"
        )
    if len(tied) > 1:
        doubt = f"day and month could be exchanged in every row; {_WORDS[tied[0]]} taken"
    return tied[0], doubt


def _year_first(first: set[str], last: set[str], readings: Readings) -> tuple[bool, bool]:
    """Whether the year of two digits stands first rather than last, and whether that is clear.

    The wrong part read as the year gives many years, the right one few: unless all days are such as of dates
    once a month.
    """
    by_first = pl.concat([readings.read(form) for form in first]).drop_nulls()
    by_last = pl.concat([readings.read(form) for form in last]).drop_nulls()
    years, others = by_first.dt.year().n_unique(), by_last.dt.year().n_unique()
    monthly = by_last.dt.day().is_in(_MONTHLY_DAYS).all(), by_first.dt.day().is_in(_MONTHLY_DAYS).all()
    if monthly[0] != monthly[1]:
        return monthly[1], False
    clear = max(years, others) >= 2 * min(years, others)
    return years < others, clear


def _contradiction(order: str, orders: dict[str, set[str]], readings: Readings) -> str:
    """Says how many cells are dates in another order only."""
    missed = ~readings.read_by(orders[order]) & readings.cells.is_not_null()
    if not missed.any():
        return ""
    only = {
        other: int(readings.rows.filter(missed & readings.read_by(forms)).sum())
        for other, forms in orders.items()
        if other != order
    }
    most = max(only, key=lambda other: only[other])
    return f"{_WORDS[order]} taken; not read: {only[most]} with {_WORDS[most]}" if only[most] else ""


def _override(order: str, orders: tuple[str, ...], name: str) -> str:
    others = [other for other in orders if other != order] or ["mdy" if order == "dmy" else "dmy"]
    return f"--type {name or 'COLUMN'}=date-{others[0]} for the other"
