"""Dates and times in the forms in which tables hold them; the right values are Python's datetime."""

import datetime as dt
import random

import polars as pl
import pytest

from fallline.data.forms.spans import find_spans
from fallline.data.forms.times import ORDERS, find_times

_random = random.Random(2023)
MOMENTS = [
    dt.datetime(2023, 1, 1) + dt.timedelta(seconds=_random.randrange(365 * 86_400)) for _ in range(300)
]
FRENCH = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def day(moment):
    return dt.datetime(moment.year, moment.month, moment.day)


def minute(moment):
    return moment.replace(second=0)


def second(moment):
    return moment


def month(moment):
    return dt.datetime(moment.year, moment.month, 1)


def clock(moment):
    return dt.datetime.combine(dt.date(1970, 1, 1), moment.time())


def clock_minute(moment):
    return minute(clock(moment))


def hour_12(moment):
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


# Form, right value, what the form's words say: the table of 47 forms that readers were measured on, but for the
# spans, the years and the spreadsheet's days (below).
FORMS = [
    ("%Y-%m-%d", day, "dates, year-month-day"),
    ("%Y/%m/%d", day, "dates, year/month/day"),
    ("%Y.%m.%d", day, "dates, year.month.day"),
    ("%Y%m%d", day, "dates, yearmonthday"),
    ("%Y-%m-%d %H:%M", minute, "dates and times, year-month-day hour:minute"),
    ("%Y-%m-%dT%H:%M:%S", second, "dates and times, year-month-day hour:minute:second"),
    ("%Y-%m-%dT%H:%M:%SZ", second, "dates and times, year-month-day hour:minute:second, in UTC"),
    (
        "%Y-%m-%dT%H:%M:%S+02:00",
        lambda moment: moment - dt.timedelta(hours=2),
        "dates and times, year-month-day hour:minute:second, in UTC",
    ),
    (
        "%Y-%m-%d %H:%M:%S.123456",
        lambda moment: moment.replace(microsecond=123_456),
        "dates and times, year-month-day hour:minute:second",
    ),
    (
        "%Y-%m-%d %H:%M:%S,123",
        lambda moment: moment.replace(microsecond=123_000),
        "dates and times, year-month-day hour:minute:second",
    ),
    ("%d/%m/%Y", day, "dates, day/month/year"),
    ("%m/%d/%Y", day, "dates, month/day/year"),
    ("%d.%m.%Y", day, "dates, day.month.year"),
    ("%d.%m.%y", day, "dates, day.month.year (2 digits)"),
    ("%d-%m-%Y", day, "dates, day-month-year"),
    ("%m-%d-%Y", day, "dates, month-day-year"),
    ("%d/%m/%y", day, "dates, day/month/year (2 digits)"),
    ("%m/%d/%y", day, "dates, month/day/year (2 digits)"),
    ("%y-%m-%d", day, "dates, year (2 digits)-month-day"),
    ("%d/%m/%Y %H:%M", minute, "dates and times, day/month/year hour:minute"),
    ("%m/%d/%Y %I:%M %p", minute, "dates and times, month/day/year hour:minute AM/PM"),
    ("%m/%d/%Y %I:%M:%S %p", second, "dates and times, month/day/year hour:minute:second AM/PM"),
    ("%d.%m.%Y %H:%M", minute, "dates and times, day.month.year hour:minute"),
    ("%d-%b-%y", day, "dates, 14-Mar-23"),
    ("%d-%b-%Y", day, "dates, 14-Mar-2023"),
    ("%d %b %Y", day, "dates, 14 Mar 2023"),
    ("%b %d, %Y", day, "dates, Mar 14 2023"),
    ("%d %B %Y", day, "dates, 14 Mar 2023"),
    ("%a, %d %b %Y", day, "dates, Tue 14 Mar 2023"),
    ("%a, %d %b %Y %H:%M:%S +0000", second, "dates and times, Tue 14 Mar 2023 14:30:15Z, in UTC"),
    ("%Y-%m", month, "months, year-month"),
    ("%m/%Y", month, "months, month/year"),
    ("%b %Y", month, "months, Mar 2023"),
    ("%b-%y", month, "months, Mar-23"),
    ("%H:%M", clock_minute, "times of day, hour:minute"),
    ("%H:%M:%S", clock, "times of day, hour:minute:second"),
    ("%I:%M %p", clock_minute, "times of day, hour:minute AM/PM"),
    (lambda m: f"{m.month}/{m.day}/{m.year}", day, "dates, month/day/year"),
    (
        lambda m: f"{m.month}/{m.day}/{m.year} {hour_12(m)}",
        minute,
        "dates and times, month/day/year hour:minute AM/PM",
    ),
    (lambda m: f"{m.day}.{m.month}.{m.year}", day, "dates, day.month.year"),
    (
        lambda m: f"{m.year}-Q{(m.month + 2) // 3}",
        lambda m: dt.datetime(m.year, (m.month + 2) // 3 * 3 - 2, 1),
        "quarters, year-Qn",
    ),
    (
        lambda m: "{}-W{:02}".format(*m.isocalendar()),
        lambda m: dt.datetime.combine(dt.date.fromisocalendar(*m.isocalendar()[:2], 1), dt.time()),
        "weeks, year-Wn",
    ),
    (
        lambda m: str(int(m.replace(tzinfo=dt.UTC).timestamp())),
        second,
        "dates and times, seconds since 1970",
    ),
    (lambda m: f"{m.day} {FRENCH[m.month - 1]} {m.year}", day, "dates, 14 Mar 2023"),
]


def find(cells, name="when", **asked):
    return find_times(pl.Series(name, cells, pl.String), name=name, **asked)


def at(*parts):
    return dt.datetime(*parts)


@pytest.mark.parametrize(
    ("written", "right", "words"), FORMS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_all_rows_of_a_form_are_read_right(written, right, words):
    cells = [moment.strftime(written) if isinstance(written, str) else written(moment) for moment in MOMENTS]
    found = find(cells, "created_at")
    assert found.values.to_list() == [right(moment) for moment in MOMENTS]
    assert found.values.dtype == pl.Datetime("us")
    assert found.form.words == words
    assert found.form.kind == "date"
    assert found.values.name == "created_at"
    # What was decided reads the same cells again, and one of them alone.
    assert found.form.read(pl.Series("new", cells[7:9])).to_list() == found.values.to_list()[7:9]


# --- the order of day and month -------------------------------------------------------------------------------

EITHER = [f"{day:02}/{month:02}/2024" for day in range(1, 13) for month in range(1, 13)] * 210
DAY_FIRST, MONTH_FIRST = "25/03/2024", "03/25/2024"


@pytest.mark.parametrize("row", [1, 51, 251, 29_001])
@pytest.mark.parametrize(
    ("deciding", "order", "first"),
    [(DAY_FIRST, "dmy", at(2024, 2, 1)), (MONTH_FIRST, "mdy", at(2024, 1, 2))],
)
def test_one_row_anywhere_decides_the_order(row, deciding, order, first):
    cells = ["01/02/2024", *EITHER[: 299 if row < 300 else 29_999]]
    found = find([*cells[:row], deciding, *cells[row:]])
    assert (found.form.order, found.doubt) == (order, "")
    assert found.values[0] == first
    assert found.values[row] == at(2024, 3, 25)
    assert found.values.null_count() == 0


def test_order_that_no_row_decides_is_said_and_can_be_named():
    cells = ["03/04/2024"] * 300
    found = find(cells)
    assert found.values[0] == at(2024, 4, 3)
    assert found.doubt == (
        "day and month could be exchanged in every row; day before month taken (--type when=date-mdy for the other)"
    )
    named = find(cells, order=ORDERS["date-mdy"], forced=True)
    assert named.values[0] == at(2024, 3, 4)
    assert named.doubt == ""


def test_dots_are_day_first_without_a_word():
    found = find(["03.04.2024"] * 300)
    assert (found.values[0], found.doubt) == (at(2024, 4, 3), "")


def test_known_order_is_taken_only_where_no_row_speaks_against_it():
    assert find(["03/04/2024", "03/05/2024"], order="mdy").values[0] == at(2024, 3, 4)
    assert find(["03/04/2024", "25/05/2024"], order="mdy").values[0] == at(2024, 4, 3)
    forced = find(["03/04/2024", "25/05/2024"], order="mdy", forced=True)
    assert forced.values.to_list() == [at(2024, 3, 4), None]


def test_year_first_elsewhere_says_nothing_about_years_of_two_digits():
    assert find(["14-Mar-23"], order="ymd").values[0] == at(2023, 3, 14)
    assert find(["14-Mar-23"], order="ymd", forced=True).values[0] == at(2023, 3, 14)
    assert find(["03-04-24"], order="ymd").values[0] == at(2024, 4, 3)
    assert find(["03-04-24"], order="ymd", forced=True).values[0] == at(2003, 4, 24)


def test_cells_of_the_other_order_are_not_turned_around_one_by_one():
    found = find([DAY_FIRST] * 50 + ["03/04/2024"] * 50 + [MONTH_FIRST])
    assert found.values[50] == at(2024, 4, 3)
    assert found.values[100] is None
    assert found.doubt.startswith("day before month taken; not read: 1 with month before day")


def test_one_separator_decides_for_another():
    found = find(["03/04/2024"] * 3 + ["03-25-2024"])
    assert found.values.to_list() == [at(2024, 3, 4)] * 3 + [at(2024, 3, 25)]
    assert found.doubt == ""


@pytest.mark.parametrize(
    ("cells", "first", "doubt"),
    [
        # Days of one year: were the first part the day, it would be the same in all of them.
        (["23-04-05", "23-05-06", "23-06-07", "23-07-20"], at(2023, 4, 5), False),
        # The first and the last of each month.
        (["01-01-20", "01-02-20", "01-03-21", "01-04-22"], at(2020, 1, 1), True),
        (["31-01-23", "28-02-23", "31-03-22", "30-04-22"], at(2023, 1, 31), True),
        (["99-04-05", "98-04-05"], at(1999, 4, 5), False),
        (["03-04-05"], at(2005, 4, 3), True),
    ],
)
def test_two_digits_of_a_year_are_told_from_a_day(cells, first, doubt):
    found = find(cells)
    assert found.values[0] == first
    assert bool(found.doubt) == doubt


def test_years_of_two_digits_are_those_of_posix():
    found = find(["01.02.68", "01.02.69", "01.02.99", "01.02.00", "29.02.72"])
    assert found.values.dt.year().to_list() == [2068, 1969, 1999, 2000, 1972]
    assert found.doubt == "years of two digits taken for 1969 to 2068; dates after 2035: 1"


# --- more than one form, and misfits --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "right", "words"),
    [
        (
            ["2023-04-05", "2023-04-06 14:30"],
            [at(2023, 4, 5), at(2023, 4, 6, 14, 30)],
            "dates, some with a time, year-month-day or year-month-day hour:minute",
        ),
        (["13/04/2023", "2023-04-05"], [at(2023, 4, 13), at(2023, 4, 5)], "dates, day/month/year or year-month-day"),
        (["2024-03-05", "2024/03/05"], [at(2024, 3, 5)] * 2, "dates, year-month-day or year/month/day"),
        (["13/04/2023", "05-04-2023"], [at(2023, 4, 13), at(2023, 4, 5)], "dates, day/month/year or day-month-year"),
        (["13/04/2023", "3/4/23"], [at(2023, 4, 13), at(2023, 4, 3)], "dates, day/month/year or day/month/year (2 digits)"),
        (["5 Apr 2023", "2023-04-05T14:30Z"], [at(2023, 4, 5), at(2023, 4, 5, 14, 30)],
         "dates, some with a time, 14 Mar 2023 or year-month-day hour:minute, in UTC"),
        (["14:30", "2:30 PM"], [at(1970, 1, 1, 14, 30)] * 2, "times of day, hour:minute or hour:minute AM/PM"),
    ],
)  # fmt: skip
def test_forms_that_each_cell_tells_apart_are_all_read(cells, right, words):
    found = find(cells * 20)
    assert found.values.to_list() == right * 20
    assert found.form.words == words


def test_form_that_comes_late_is_read_too():
    cells = ["2023-04-05"] * 30_000
    cells[25_001] = "2023-04-06 14:30"
    cells[25_002] = "7. April 2023"
    values = find(cells).values
    assert values.to_list()[25_000:25_004] == [
        at(2023, 4, 5),
        at(2023, 4, 6, 14, 30),
        at(2023, 4, 7),
        at(2023, 4, 5),
    ]
    assert values.null_count() == 0


def test_what_is_no_date_is_null():
    cells = [
        "2023-02-28",
        "2023-02-29",
        "unknown",
        None,
        "N/A",
        "14:30",
        "0000-00-00",
        "2023-13-01",
        "",
    ]
    found = find(cells + ["2023-01-01"] * 20)
    assert found.values.to_list() == [at(2023, 2, 28), *[None] * 8, *[at(2023, 1, 1)] * 20]
    assert find(["31.02.2023", "28.02.2023", "30.01.2023"]).values.to_list() == [
        None,
        at(2023, 2, 28),
        at(2023, 1, 30),
    ]


def test_months_among_whole_dates_and_zones_among_none_are_said():
    assert find(["2023-04-05", "2023-05"] * 3).doubt.startswith("months without a day")
    assert find(["2023-04-05T10:00", "2023-04-05T10:00Z"] * 3).doubt.startswith("times without a zone")


def test_weekday_that_contradicts_its_date_is_a_misfit():
    assert find(["Wed, 5 Apr 2023", "Thu, 6 Apr 2023", "Mon, 7 Apr 2023"]).values.null_count() == 1


# --- names of months and days, and signs of programs -----------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        ("5 avril 2023", at(2023, 4, 5)),
        ("1er août 2023", at(2023, 8, 1)),
        ("mar. 4 avril 2023", at(2023, 4, 4)),
        ("mercredi 5 avr. 2023", at(2023, 4, 5)),
        ("14-Mär-23", at(2023, 3, 14)),
        ("12. März 2024", at(2024, 3, 12)),
        ("Mi., 05. Apr. 2023", at(2023, 4, 5)),
        ("Mittwoch, 5. April 2023, 14:30 Uhr", at(2023, 4, 5, 14, 30)),
        ("1. Jänner 2024", at(2024, 1, 1)),
        ("5 de abril de 2023", at(2023, 4, 5)),
        ("miércoles, 5 de abril de 2023", at(2023, 4, 5)),
        ("05-ene-2023", at(2023, 1, 5)),
        ("5 aprile 2023", at(2023, 4, 5)),
        ("mer 05 set 2018", at(2018, 9, 5)),
        ("5 de março de 2023", at(2023, 3, 5)),
        ("quarta-feira, 5 de abril de 2023", at(2023, 4, 5)),
        ("5 mei 2023", at(2023, 5, 5)),
        ("wo 5 mrt 2025", at(2025, 3, 5)),
        ("5 SEPTEMBER 2023", at(2023, 9, 5)),
        ("Sept. 5, 2023", at(2023, 9, 5)),
        ("April 5th, 2023", at(2023, 4, 5)),
        ("5th of April 2023", at(2023, 4, 5)),
        ("Wednesday, April 5, 2023 at 2:30 p.m.", at(2023, 4, 5, 14, 30)),
        ("14h30", at(1970, 1, 1, 14, 30)),
        ("5 avr. 2023 14 h 30", at(2023, 4, 5, 14, 30)),
        ("19 juill. 2006", at(2006, 7, 19)),
        ("5. April 2023, 14.30 Uhr", at(2023, 4, 5, 14, 30)),
        ("15.04.2023 14.30.15", at(2023, 4, 15, 14, 30, 15)),
        ("2023-12-31 24:00", at(2024, 1, 1)),
        ("31.12.23 24:00:00", at(2024, 1, 1)),
        ("Apr '23", at(2023, 4, 1)),
        ("5 Apr '23", at(2023, 4, 5)),
        ("2023-Apr-05", at(2023, 4, 5)),
        ("05APR2023:14:30:00", at(2023, 4, 5, 14, 30)),
        ("05/Apr/2023:14:30:00 +0200", at(2023, 4, 5, 12, 30)),
        ("Wed Apr  5 14:30:00 2023", at(2023, 4, 5, 14, 30)),
        ("Wed Apr 05 2023 14:30:00 GMT+0200 (CEST)", at(2023, 4, 5, 12, 30)),
        ("2023-04-05 14:30:00 UTC", at(2023, 4, 5, 14, 30)),
        ("2023-04-05 14:30 CEST", at(2023, 4, 5, 12, 30)),
        ("2023-04-05T14:30:00.5-0530", at(2023, 4, 5, 20, 0, 0, 500_000)),
        ("2023-04-05 14:30:00+02", at(2023, 4, 5, 12, 30)),
        ("2023-04-05 14", at(2023, 4, 5, 14)),
        ("2:30pm", at(1970, 1, 1, 14, 30)),
        ("12:05 AM", at(1970, 1, 1, 0, 5)),
        ("2 PM", at(1970, 1, 1, 14)),
        ("20230405T143000Z", at(2023, 4, 5, 14, 30)),
        ("2023:04:05 14:30:00", at(2023, 4, 5, 14, 30)),
        ("2023年4月5日", at(2023, 4, 5)),
        ("Q2 2023", at(2023, 4, 1)),
        ("2023 Q4", at(2023, 10, 1)),
        ("2023-W14-3", at(2023, 4, 5)),
        ("2020-W53", at(2020, 12, 28)),
        ("5. 4. 2023", at(2023, 4, 5)),
        ("9999-12-31", at(9999, 12, 31)),
    ],
)  # fmt: skip
def test_single_cells(cell, right):
    # Other rows say that the day comes first, where that is open; far years are likely only beside near ones.
    others = (
        ["25. 4. 2023"] * 20
        if cell[0] == "5" and cell[3] == "4"
        else ["2023-01-01"] * 20 * (right.year > 9000)
    )
    found = find([cell, *others])
    assert found.values[0] == right
    assert found.form.read(pl.Series([cell, "no date"])).to_list() == [right, None]


# --- numbers --------------------------------------------------------------------------------------------------

STAMPS = [int(moment.replace(tzinfo=dt.UTC).timestamp()) for moment in MOMENTS]


@pytest.mark.parametrize(
    ("factor", "unit"), [(1, "seconds"), (10**3, "milli"), (10**6, "micro"), (10**9, "nano")]
)
@pytest.mark.parametrize("kind", [pl.Int64, pl.String])
def test_counts_since_1970_need_a_name(factor, unit, kind):
    stamps = pl.Series("x", [stamp * factor for stamp in STAMPS]).cast(kind)
    for name in ("timestamp", "createdAt", "updated_at", "orderDate", "time", "ts", "Datum"):
        found = find_times(stamps, name=name)
        assert found.values.to_list() == MOMENTS
        assert unit in found.form.words
        assert f"--type {name}=number" in found.doubt
    for name in ("population", "id", "phone", "candidate", "stats", ""):
        assert find_times(stamps, name=name) is None


def test_counts_since_1970_of_unlikely_years_are_numbers():
    assert find(["4000000000", "5000000000"], "time") is None


def test_fractions_of_a_counted_second():
    assert find(["1680705000.25"], "time").values[0] == at(2023, 4, 5, 14, 30, 0, 250_000)


def test_days_in_eight_digits():
    cells = [f"{moment:%Y%m%d}" for moment in MOMENTS]
    found_days = find(cells, "date")
    assert found_days.values.to_list() == [day(moment) for moment in MOMENTS]
    # Three hundred numbers that all happen to be days are days, whatever their name; three may be anything.
    assert "--type code=number" in find(cells, "code").doubt
    assert find(cells[:3], "code") is None
    assert find(cells[:3], "sale_day").values[0] == day(MOMENTS[0])
    assert find([*cells[:200], *["20231345"] * 100], "date") is None
    assert find([str(20_230_101 + k) for k in range(25)], "code") is None
    assert find([f"{cell}.0" for cell in cells], "date").values[0] == day(MOMENTS[0])
    assert find_times(pl.Series(cells).cast(pl.Int64), name="date").values[0] == day(MOMENTS[0])
    assert found_days.form.read(pl.Series(["2023115", "202311 5", "20231105"])).to_list() == [
        None,
        None,
        at(2023, 11, 5),
    ]
    assert find(["20230405143000"], "x").values[0] == at(2023, 4, 5, 14, 30)
    assert find(["202304", "202305"], "month").values[0] == at(2023, 4, 1)
    assert find(["202304", "202305"], "amount") is None


def test_numbers_that_only_somebody_can_know_to_be_dates():
    for cells, right in ((["2023", "2024"], at(2023, 1, 1)), (["45021", "45000"], at(2023, 4, 5)),
                         (["45000.604166666664"], at(2023, 3, 15, 14, 30))):  # fmt: skip
        assert find(cells, "date") is None
        assert find(cells, "x", forced=True).values[0] == right


@pytest.mark.parametrize(
    "cells",
    [
        ["1.5", "2.25", "-3"], ["12", "7", "2023"], ["a", "b"], ["oak", "elm 5"], ["10.0.0.1", "10.0.0.2"],
        ["1.2.3", "1.2.4"], ["555-12-3456"], ["12-34-56", "98-76-54"], ["12.345.678", "1.234.567"], ["3-2", "1-0"],
        ["see 2023-04-05"], ["2023-04-05 to 2023-04-06"], ["A-2023", "B-2024"], ["04.2023"], ["Apr 23"], ["May"],
        ["10-20", "20-30"], ["05-1234", "07-9876", "11-5555"], ["5 m", "12 m"], ["PT"], ["-", "--"], [], [None],
    ],
)  # fmt: skip
def test_what_is_neither_date_nor_span(cells):
    assert find(cells, "x") is None


def test_counted_times_beside_gaps():
    found = find_times(pl.Series([float("nan"), 1_680_705_000.0, None]), name="time")
    assert found.values.to_list() == [None, at(2023, 4, 5, 14, 30), None]


def test_reading_never_fails():
    odd = [
        "",
        "٣",
        "²",
        "2023",
        "1e9",
        "inf",
        "99999999999999999999",
        "0000-01-01",
        "9999-12-31T23:30-05:00",
        "\x00",
    ]
    for cells in (["2023-01-01T00:00Z"], ["1/13/23 1:00 PM"], ["5. Mai 2023"], ["14:30"], ["Q1 2023"], ["34:00:00"], ["2h"],
                  ["20230405120000"]):  # fmt: skip
        form = (find(cells * 9, "time") or find_spans(pl.Series(cells), forced=True)).form
        values = form.read(pl.Series(odd)).to_list()
        assert values == [None] * len(odd)
        assert form.read(pl.Series([], dtype=pl.String)).to_list() == []
        assert form.read(pl.Series([None], dtype=pl.String)).to_list() == [None]
        assert form.read(pl.Series([1, None])).to_list() == [None, None]


# --- spans ----------------------------------------------------------------------------------------------------


def seconds(**parts):
    return dt.timedelta(**parts).total_seconds()


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        ("34:30:00", seconds(hours=34, minutes=30)),
        ("134:30:00.5", seconds(hours=134, minutes=30, seconds=0.5)),
        ("-25:00:00", -seconds(hours=25)),
        ("1 day 02:03:04", seconds(days=1, hours=2, minutes=3, seconds=4)),
        ("1 day, 2:03:04", seconds(days=1, hours=2, minutes=3, seconds=4)),
        ("0 days 00:00:01.500000", 1.5),
        (str(dt.timedelta(seconds=-3_600)), -3_600.0),
        ("-1 days +23:00:00", -3_600.0),
        ("-1 days -02:00:00", -seconds(days=1, hours=2)),
        ("PT31H15M00S", seconds(hours=31, minutes=15)),
        ("P1DT2H", seconds(days=1, hours=2)),
        ("P2W", seconds(weeks=2)),
        ("PT0.5S", 0.5),
        ("2h 30m", seconds(hours=2, minutes=30)),
        ("2h30m", seconds(hours=2, minutes=30)),
        ("90 min", seconds(minutes=90)),
        ("1 hour and 5 minutes", seconds(minutes=65)),
        ("1,5 Std. 10 Min.", seconds(minutes=100)),
        ("3 Tage 2 Stunden", seconds(days=3, hours=2)),
        ("2 jours", seconds(days=2)),
        ("1 h 20 min 5 s", seconds(hours=1, minutes=20, seconds=5)),
        ("250 ms", 0.25),
        ("2 weeks", seconds(weeks=2)),
    ],
)  # fmt: skip
def test_spans_are_seconds(cell, right):
    found = find([cell])
    assert found.values.to_list() == [right]
    assert found.values.dtype == pl.Float64
    assert found.form.kind == "span"
    assert found.form.read(pl.Series([cell, "no span", None, ""])).to_list() == [right, None, None, None]


def test_times_of_day_are_spans_once_one_is_beyond_24_hours_or_the_name_says_so():
    cells = [f"{moment:%H:%M:%S}" for moment in MOMENTS]
    assert find(cells, "departure").form.kind == "date"
    spans = find([*cells, "34:30:00"], "departure")
    assert spans.values[-1] == seconds(hours=34, minutes=30)
    assert spans.values[0] == (clock(MOMENTS[0]) - at(1970, 1, 1)).total_seconds()
    assert find(cells, "trip_duration").form.kind == "span"
    assert find([*cells, "34:30:00"], "departure", forced=True).values[-1] is None
    assert "hours and minutes" in find(["34:30", "10:00"]).doubt


def test_spans_known_to_be_such():
    assert find_spans(pl.Series(["5 m", "12 m"]), forced=True).values.to_list() == [300.0, 720.0]
    assert find_spans(pl.Series(["1:30", "no"]), forced=True).values.to_list() == [5400.0, None]
    assert find_spans(pl.Series([1, 2]), forced=True) is None
