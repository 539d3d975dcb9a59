"""In which formats of `strptime` a cell could be a date or a time, told by its shape alone.

A shape is the cell with `0` for each digit, `b` for a month's name and `a` for a weekday's: `00-b-00`. A layout is
the formats that a shape allows: one, or one for each order of day, month and year.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fallline.data.forms.calendar_words import MONTHS, WEEKDAYS

Layout = tuple[str, ...]

# `=` is the separator once more.
_DATES: tuple[tuple[str, Layout], ...] = (
    (r"0000([-/.: ])00?=00?", ("%Y{0}%m{0}%d",)),
    (r"00?([-/. ])00?=0000", ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y")),
    (r"00([-/.])00=00", ("%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d")),
    (r"00?([-/.])00?=00", ("%d{0}%m{0}%y", "%m{0}%d{0}%y")),
    (r"00000000()", ("%Y%m%d",)),
    (r"0000([-/])00?", ("%Y{0}%m",)),
    (r"00?([-/])0000", ("%m{0}%Y",)),
    (r"00?([-/. ]?)b=0000", ("%d{0}%b{0}%Y",)),
    (r"00([-/. ]?)b=00", ("%d{0}%b{0}%y", "%y{0}%b{0}%d")),
    (r"0([-/. ]?)b=00", ("%d{0}%b{0}%y",)),
    (r"b([-/. ])00?=0000", ("%b{0}%d{0}%Y",)),
    (r"b([-/. ])00?=00", ("%b{0}%d{0}%y",)),
    (r"0000([-/. ]?)b=00?", ("%Y{0}%b{0}%d",)),
    (r"b([-/. ]?)0000", ("%b{0}%Y",)),
    # With a space, `Apr 23` may as well be a day.
    (r"b([-/.])00", ("%b{0}%y",)),
    (r"0000([-/. ]?)b", ("%Y{0}%b",)),
    (r"0000([-/ ]?)q00", ("%Y{0}q%m",)),
    (r"q00([-/ ]?)0000", ("q%m{0}%Y",)),
    (r"0000(-?)w00?", ("%G{0}w%V",)),
    (r"0000(-?)w00=0", ("%G{0}w%V{0}%u",)),
)
_TIMES = (
    (r"00?:00", "%H:%M"),
    (r"00?:00:00", "%H:%M:%S"),
    (r"00?:00:00\.0+", "%H:%M:%S%.f"),
    (r"00? [AaPp][Mm]", "%I %p"),
    (r"00?:00 [AaPp][Mm]", "%I:%M %p"),
    (r"00?:00:00 [AaPp][Mm]", "%I:%M:%S %p"),
    (r"00?:00:00\.0+ [AaPp][Mm]", "%I:%M:%S%.f %p"),
)
_LONGEST = len("wed apr 05 2023 14:30:00.123456789 +00:00")
_ZONE = re.compile(r"(?: ?[zZ]| ?[-+]00(?::?00)?)$")
_MONTH = re.compile("|".join(MONTHS), re.IGNORECASE)
_WEEKDAY = re.compile(f"^(?:{'|'.join(WEEKDAYS)}) ?", re.IGNORECASE)


def layout_of(cell: str) -> Layout:
    """The formats in which a cell could be a date or a time; empty where it can be none."""
    return _layout_of_shape(_shape(cell)) if len(cell) <= _LONGEST else ()


def order_of(form: str) -> str:
    """The order of day, month and year in a format: `dmy`, `mdy`, `ymd`; shorter where one is not there."""
    return "".join(re.findall("%(.)", form)).translate(_TO_ORDER)


def is_dated(form: str) -> bool:
    """Whether a format names a date, not a time of day alone."""
    return re.search("%[YyG]", form) is not None


_TO_ORDER = {ord(code): None for code in "aHIMSp#.uGVzf"} | {ord("b"): "m", ord("Y"): "y"}


def _shape(cell: str) -> str:
    shape = re.sub(r"\d", "0", cell)
    return _MONTH.sub("b", _WEEKDAY.sub("a", shape))


@lru_cache(maxsize=10_000)
def _layout_of_shape(shape: str) -> Layout:
    weekday, shape = ("%a ", shape[1:]) if shape.startswith("a") else ("", shape)
    # As C's asctime and Unix's date write it: the year at the end.
    if moved := re.fullmatch(r"(b 00?) (00?:00:00)((?: z| [-+]0000)?) 0000", shape):
        zone = "%#z" if moved[3] else ""
        return (f"{weekday}%b %d %H:%M:%S{zone} %Y",)
    if layout := _date(shape):
        return tuple(weekday + date for date in layout)
    if time := _time(shape):
        return () if weekday else (time,)
    for place in (mark.start() for mark in re.finditer("[T :]", shape)):
        date, between, rest = _date(shape[:place]), shape[place], shape[place + 1 :]
        if date and (time := _zoned_time(rest, after=date)):
            return tuple(f"{weekday}{form}{between}{time}" for form in date)
    if compact := re.fullmatch("00000000(0000(?:00)?)", shape):
        return (f"%Y%m%d{_COMPACT_TIMES[compact[1]]}",)
    return ()


_COMPACT_TIMES = {"0000": "%H%M", "000000": "%H%M%S"}


def _date(shape: str) -> Layout:
    for pattern, layout in _DATES:
        if match := re.fullmatch(pattern.replace("=", r"(?:\1)"), shape):
            return tuple(form.format(match[1]) for form in layout)
    return ()


def _time(shape: str) -> str:
    return next((form for pattern, form in _TIMES if re.fullmatch(pattern, shape)), "")


def _zoned_time(shape: str, *, after: Layout) -> str:
    """The format of a time of day behind a date; hours alone only behind a year, month and day."""
    zone = _ZONE.search(shape)
    time = shape[: zone.start()] if zone else shape
    form = _time(time)
    if not form and after == ("%Y%m%d",):
        form = _COMPACT_TIMES.get(time, "")
    if not form and re.fullmatch(r"00?\.00(?:\.00)?", time):  # as in Finland, Denmark, Italy
        form = "%H.%M.%S" if time.count(".") == 2 else "%H.%M"
    if not form and time == "00" and after[0][:2] == "%Y" and not zone:
        form = "%H"
    return form + ("%#z" if zone and form else "")
