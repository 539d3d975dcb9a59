"""Words that stand for missing values, for yes and no, and for steps of a scale."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.found import Found

MISSING_WORDS = (
    "", "NA", "N/A", "n/a", "<NA>", "#N/A", "#NA", "#N/A N/A", "nan", "NaN", "NAN", "-nan", "-NaN", "null", "NULL", "none",
    "None", "NONE", "?", "...", "1.#QNAN", "-1.#QNAN", "1.#IND", "-1.#IND",
)  # fmt: skip
"""The texts that stand for a missing value in any column: skrub's (pandas' and a few more), and NAN, NONE."""

NO_VALUE_WORDS = frozenset((
    "-", "--", "---", "\u2013", "\u2014", ".", "..", "*", "**", "#", "??", "na", "n.a.", "n.a", "n. a.", "n/k", "nk", "nil", "null",
    "(null)", "\\n", "none", "nan", "unknown", "unk", "unk.", "missing", "not available", "not applicable", "not known",
    "not recorded", "not reported", "not specified", "no data", "no value", "no answer", "nodata", "undefined", "unspecified",
    "tbd", "tba", "tbc", "empty", "blank", "(blank)", "invalid", "error", "#error", "#div/0!", "#value!", "#ref!", "#name?",
    "#num!", "#null!", "#n/a", "0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00/00/0000", "9999-12-31", "9999-12-31 00:00:00", "31.12.9999",
    "31/12/9999", "12/31/9999", "0001-01-01", "0001-01-01 00:00:00", "01.01.0001", "k.a.", "k. a.", "keine angabe", "unbekannt", "inconnu", "desconocido", "refused", "suppressed",
))  # fmt: skip
"""Texts, in lower case, that stand for a missing value where all else in the column is a number, a date or the like."""

_PAIRS = (
    (("yes", "y"), ("no", "n")),
    (("true", "t"), ("false", "f")),
    (("on",), ("off",)),
    (("ja", "j"), ("nein", "n")),
    (("ja",), ("nee", "nej", "nei")),
    (("oui",), ("non",)),
    (("si", "s\u00ed", "s\u00ec"), ("no",)),
    (("sim",), ("n\u00e3o", "nao")),
    (("da",), ("nu", "ne")),
    (("tak",), ("nie",)),
    (("wahr",), ("falsch",)),
    (("vrai",), ("faux",)),
)
_DIGITS = (("1",), ("0",))
# A scale from low to high; words between slashes share a step.
_SCALES = (
    "lowest, very low, low, medium/moderate/med/mid/middle/average/normal, high, very high, highest/extreme/critical",
    "tiny, very small, small, medium/med/mid/average, large/big, very large, huge",
    "xxs, xs/extra small, s/small, m/medium, l/large, xl/extra large, xxl/2xl, xxxl/3xl, 4xl, 5xl",
    "terrible/awful/very bad, bad, poor, okay/ok/average/neutral/fair, good, very good, excellent/outstanding",
    "very poor, poor, fair/average/acceptable, good, very good, excellent, outstanding",
    "never, rarely/seldom, occasionally, sometimes, often/frequently, usually, very often, always",
    "never, once, yearly/annually, quarterly, monthly, fortnightly, weekly, daily, hourly",
    "strongly disagree, disagree, somewhat disagree/slightly disagree, neutral/neither agree nor disagree/undecided, "
    "somewhat agree/slightly agree, agree, strongly agree",
    "very dissatisfied, dissatisfied/unsatisfied, somewhat dissatisfied, neutral, somewhat satisfied, satisfied, very satisfied",
    "very unlikely, unlikely, possible/neutral, likely, very likely",
    "not at all, slightly/a little, moderately/somewhat, very/very much, extremely",
    "not important/unimportant, slightly important, moderately important, important, very important, extremely important",
    "minimal, mild, moderate, severe, very severe/critical/extreme",
    "negligible, minor, moderate/medium, major, critical, catastrophic",
    "novice/beginner, elementary, intermediate, advanced, expert",
    "bronze, silver, gold, platinum, diamond",
    "freezing, cold, cool, mild/moderate, warm, hot, very hot",
    "much worse, worse, same/about the same/unchanged, better, much better",
    "first/1st, second/2nd, third/3rd, fourth/4th, fifth/5th, sixth/6th, seventh/7th, eighth/8th, ninth/9th, tenth/10th",
    "sehr niedrig, niedrig/gering, mittel, hoch, sehr hoch",
    "klein, mittel, gro\u00df/gross",
    "sehr schlecht, schlecht, mittel/befriedigend, gut, sehr gut",
    "january/jan, february/feb, march/mar, april/apr, may, june/jun, july/jul, august/aug, september/sep/sept, october/oct, "
    "november/nov, december/dec",
    "januar/jan/j\u00e4nner, februar/feb, m\u00e4rz/mrz/m\u00e4r, april/apr, mai, juni/jun, juli/jul, august/aug, september/sep, "
    "oktober/okt, november/nov, dezember/dez",
    "monday/mon, tuesday/tue/tues, wednesday/wed, thursday/thu/thur/thurs, friday/fri, saturday/sat, sunday/sun",
    "montag/mo, dienstag/di, mittwoch/mi, donnerstag/do, freitag/fr, samstag/sonnabend/sa, sonntag/so",
    "nie, selten, manchmal/gelegentlich, oft/h\u00e4ufig, immer",
)
_FEWEST_LEVELS = 3
_MOST_LEVELS = 60
_MOST_SPELLINGS = 10_000


@dataclass(frozen=True)
class BooleanForm:
    """Two words, or the ways to write them.

    Args:
        true: The words for true, in lower case.
        false: The words for false.
    """

    true: tuple[str, ...] = ("true",)
    false: tuple[str, ...] = ("false",)
    kind: ClassVar[str] = "boolean"

    @property
    def words(self) -> str:
        """The form in words: `yes or no`."""
        return f"{self.true[0]} or {self.false[0]}"

    def read(self, texts: pl.Series) -> pl.Series:
        """Boolean; null where a text is neither."""
        spellings = _spellings(texts, {*self.true, *self.false})
        true = texts.is_in([cell for cell, word in spellings.items() if word in self.true])
        return true.set(~(true | texts.is_in(list(spellings))), None)


@dataclass(frozen=True)
class OrderedForm:
    """Words that are steps of a scale.

    Args:
        levels: Them, from the lowest to the highest.
    """

    levels: tuple[str, ...]
    kind: ClassVar[str] = "ordered"

    @property
    def words(self) -> str:
        """The form in words: `in order: low, medium, high`."""
        shown = self.levels if len(self.levels) <= 8 else (*self.levels[:3], "...", self.levels[-1])
        return f"in order: {', '.join(shown)}"

    def read(self, texts: pl.Series) -> pl.Series:
        """pl.Enum of the levels, whatever the case of the text; null where a text is none."""
        dtype = pl.Enum(self.levels)
        values = texts.cast(dtype, strict=False)
        if values.null_count() == texts.null_count():
            return values
        levels = {level.casefold(): level for level in self.levels} | {level: level for level in self.levels}
        known = {cell: levels[word] for cell, word in _spellings(texts, levels).items()}
        return texts.replace_strict(
            pl.Series(list(known), dtype=pl.String),
            pl.Series(list(known.values()), dtype=dtype),
            default=None,
            return_dtype=dtype,
        )


def stands_for_missing(cell: str, missing: Collection[str]) -> bool:
    """Whether a cell says no more than that there is no value, where all else is a number, a date or the like."""
    word = cell.strip()
    return not word or word in missing or word.lower() in NO_VALUE_WORDS


def find_booleans(
    texts: pl.Series, missing: Collection[str] = MISSING_WORDS, *, known: bool = False
) -> Found | None:
    """Yes and no in some language; None where it is not both, or where any other word stands beside them.

    Args:
        texts: All cells of a column; null where empty.
        missing: The words for missing.
        known: Whether the column is known to hold them: then 1 and 0 are meant so too, and one of the two is enough.
    """
    different = texts.drop_nulls().unique()
    if different.len() > _MOST_LEVELS:
        return None
    words = {cell.strip().casefold() for cell in different if not stands_for_missing(cell, missing)}
    for true, false in (*_PAIRS, *((_DIGITS,) if known else ())):
        both = not words.isdisjoint(true) and not words.isdisjoint(false)
        if words and words <= {*true, *false} and (both or known):
            # The words of the column first: they name the form.
            form = BooleanForm(*(tuple(sorted(pair, key=lambda w: w not in words)) for pair in (true, false)))
            return Found(form, form.read(texts))
    return None


def find_order(
    texts: pl.Series, missing: Collection[str] = MISSING_WORDS, *, numbers: bool = False
) -> Found | None:
    """Words of one scale, months, weekdays, or ranges such as 10-20; None where a word is of none.

    Args:
        texts: All cells of a column; null where empty.
        missing: The words for missing.
        numbers: Whether numbers are meant as steps too.
    """
    different = texts.drop_nulls().unique(maintain_order=True)
    if different.len() > 4 * _MOST_LEVELS:
        return None
    spellings: dict[str, str] = {}
    for text in different:
        if not stands_for_missing(text, missing):
            spellings.setdefault(text.strip().casefold(), text.strip())
    words = set(spellings)
    order: Mapping[str, float] | None = (
        next((scale for scale in _scales() if words <= scale.keys()), None)
        or _ranges(words)
        or _ordinals(words)
    )
    if order is None and numbers:
        order = _steps(words)
    if order is None or len({order[word] for word in words}) < _FEWEST_LEVELS:
        return None
    form = OrderedForm(tuple(spellings[word] for word in sorted(words, key=lambda word: (order[word], word))))
    return Found(form, form.read(texts))


def find_words(texts: pl.Series, some: Collection[str], missing: Collection[str]) -> Found | None:
    """Yes and no, or steps of a scale, where some cells leave that open."""
    words = {cell.strip().casefold() for cell in some}
    if len(words) > _MOST_LEVELS:
        return None
    found = None
    if any(words <= {*true, *false} for true, false in _PAIRS):
        found = find_booleans(texts, missing)
    if found is None and (
        any(words <= scale.keys() for scale in _scales())
        or any(map(_range, words))
        or any(map(_ORDINAL.fullmatch, words))
    ):
        found = find_order(texts, missing)
    return found


def _spellings(texts: pl.Series, words: Collection[str]) -> dict[str, str]:
    """The different cells that are one of the words but for blanks around it and its case, and that word."""
    return {
        cell: word
        for cell in texts.drop_nulls().unique().head(_MOST_SPELLINGS)
        if (word := cell.strip()) in words or (word := word.casefold()) in words
    }


@cache
def _scales() -> tuple[dict[str, int], ...]:
    scales = [
        {
            word.strip().casefold(): step
            for step, words in enumerate(scale.split(","))
            for word in words.split("/")
        }
        for scale in _SCALES
    ]
    return tuple(scales)


_NUMBER = r"[^\w\s.+<>=\-]?\s*(\d[\d,]*(?:\.\d+)?)\s*(k|m)?"
_UNIT = r"\s*(?:[^\W\d]+|%|[^\W\d]+ old)?\s*"
_BETWEEN = re.compile(
    rf"[\[(]?{_NUMBER}{_UNIT}(?:-|\u2013|\u2014|to|bis|\.\.|,|<)\s*{_NUMBER}{_UNIT}[\])]?", re.I
)
_UNDER = re.compile(
    rf"(?:<=?|\u2264|under|below|less than|fewer than|up to|unter|bis)\s*{_NUMBER}{_UNIT}|{_NUMBER}{_UNIT}(?:or less|or under|and under|or younger|and younger)",
    re.I,
)
_OVER = re.compile(
    rf"(?:>=?|\u2265|over|above|more than|\u00fcber)\s*{_NUMBER}{_UNIT}|{_NUMBER}{_UNIT}(?:\+|(?:or|and|&) (?:more|over|older|above|up))\s*(?:years|yrs)?",
    re.I,
)
_ORDINAL = re.compile("([0-9]+)(?:st|nd|rd|th)\\b(.*)")
_ALONE = re.compile(rf"{_NUMBER}{_UNIT}", re.I)


def _range(word: str) -> tuple[float, float] | None:
    """The ends of a range; None where the text is none."""
    if match := _BETWEEN.fullmatch(word):
        low, high = _number(match[1], match[2] or match[4]), _number(match[3], match[4])
        return (low, high) if low < high else None
    for pattern, ends in ((_UNDER, -1), (_OVER, 1)):
        if match := pattern.fullmatch(word):
            number = _number(match[1] or match[3], match[2] or match[4])
            return (float("-inf"), number) if ends < 0 else (number, float("inf"))
    return None


def _number(digits: str, power: str | None) -> float:
    return float(digits.replace(",", "")) * {"k": 1e3, "m": 1e6}.get((power or "").casefold(), 1.0)


def _ranges(words: set[str]) -> dict[str, int] | None:
    """Ranges that follow one another, by their lower end; single numbers may stand between them."""
    ends: dict[str, tuple[float, float]] = {}
    alone = 0
    for word in words:
        if (pair := _range(word)) is None:
            if not (match := _ALONE.fullmatch(word)):
                return None
            pair = (_number(match[1], match[2]),) * 2
            alone += 1
        ends[word] = pair
    ordered = sorted(ends.values())
    # Scores of games (1-2, 0-3) overlap.
    apart = all(low[1] <= high[0] and low != high for low, high in itertools.pairwise(ordered))
    return (
        {word: ordered.index(pair) for word, pair in ends.items()}
        if apart and 2 * alone <= len(ends)
        else None
    )


def _ordinals(words: set[str]) -> dict[str, int] | None:
    """1st class, 2nd class, 3rd class: the same words behind each."""
    matches = [_ORDINAL.fullmatch(word) for word in words]
    if not all(matches) or len({match[2] for match in matches if match}) > 1:
        return None
    return {match.string: int(match[1]) for match in matches if match}


def _steps(words: set[str]) -> dict[str, float] | None:
    try:
        return {word: float(word) for word in words}
    except ValueError:
        return None
