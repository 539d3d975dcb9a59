"""Names of months, weekdays and zones in dates, rewritten in one plain spelling.

English, German, French, Spanish, Italian, Portuguese and Dutch; long and short, with and without accents, in any
case. Plain are English names of three letters, AM and PM behind a space, a point before fractions of a second,
one space for all that is only decoration: `Mi., 5. avril 2023, 14:30:00,5 GMT` is `wed 5 apr 2023 14:30:00.5z`.
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH_NAMES = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sept oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber mrz apr mai jun jul aug sep okt nov dez",
    "jän febr mär apr mai jun jul aug sept okt nov dez",
    "jän feb maerz apr mai jun jul aug sep okt nov dez",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juill août sept oct nov déc",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "jan fév mar avr mai jun jul aoû sep oct nov déc",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago setiembre oct nov dic",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
)
_WEEKDAY_NAMES = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "mon tues wed thurs fri sat sun",
    "mon tue weds thur fri sat sun",
    "mon tue wed thu fri sat sun",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "mo di mi do fr sonnabend so",
    "mo di mi do fr sa so",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lun mardi mer jeu ven sam dim",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lun martes mié jue vie sáb dom",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "lun martedì mer gio ven sab dom",
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "segunda terça quarta quinta sexta sábado domingo",
    "seg ter qua qui sex sáb dom",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "ma di wo do vr za zo",
)
# Hours from UTC, as mail has them (RFC 822), and Europe's.
_ZONES = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "wet": 0, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
}  # fmt: skip


def _spellings(tables: tuple[str, ...], plain: tuple[str, ...]) -> dict[str, str]:
    spellings = {name: word for table in tables for name, word in zip(table.split(), plain, strict=True)}
    # Both ways to write an accent (one sign, or a letter and a mark), and none.
    for form in ("NFD", "NFKD"):
        for name, word in tuple(spellings.items()):
            marked = unicodedata.normalize(form, name)
            spellings[marked] = word
            spellings["".join(sign for sign in marked if not unicodedata.combining(sign))] = word
    return spellings


_SPELLINGS = (
    {f" {zone}": f" {hours:+03d}00" for zone, hours in _ZONES.items()}
    | {"年": "-", "月": "-", "日": ""}
    | {f"q{quarter}": f"q{3 * quarter - 2:02d}" for quarter in range(1, 5)}
    | _spellings(_WEEKDAY_NAMES, WEEKDAYS)
    | _spellings(_MONTH_NAMES, MONTHS)
)
_LONGEST_FIRST = sorted(_SPELLINGS, key=len, reverse=True)

# A sign that must be there, for what it costs to look with a pattern; the pattern; what takes its place.
_BEFORE_NAMES = (
    (")", r"\s*\([a-z]{2,5}\)$", ""),
    ("]", r"\s*\[[a-z]+/[a-z_]+\]$", ""),
    (",", r"(:\d\d),(\d)", "$1.$2"),
    ("t", r"(\d)t(\d)", "$1 $2"),
    ("h", r"(\d) ?h ?(\d\d)\b", "$1:$2"),
    (" uhr", r"(\d)\.(\d\d) uhr", "$1:$2"),
    ("m", r"(\d)\s*([ap])\.?\s?m\b\.?", "$1 ${2}m"),
    # March, but Tuesday in French, Spanish and Italian, where a whole date follows.
    ("mar", r"^mar[.,]?\s+(\d+[./-]\d|\d+\.?\s+(?:de\s+)?\p{L}{3})", "tue $1"),
    ("", r"\b(\d{1,2})(?:st|nd|rd|th|er|º|ª|°)\b", "$1"),
    (" ", r"\b(?:de|del|of|den|der|le|the|at|um|uhr|on|à|kl)\b", " "),
    ("t", r"\s*(?:utc|gmt)([-+]\d\d:?\d\d)$", "$1"),
    ("t", r"\s*(?:utc|gmt|tu)$", "z"),
)
_AFTER_NAMES = (
    (",", ",", " "),
    (" ", r"\s\s+", " "),
    (".", r"([a-z])\.([-/ ]|$)", "$1$2"),
    (". ", r"\. +", " "),
    ("'", r"^([a-z]{3}) ?'(\d\d)$", "$1-$2"),
    ("'", r"([a-z]) '(\d\d)\b", "$1 $2"),
)
_OTHER_WORDS = (
    "a p m am pm t z q w h tu st nd rd th er º ª de del of den der le the at um uhr on à kl utc gmt"
)
_KNOWN_WORDS = frozenset(re.findall(r"[^\W\d_]+", " ".join((*_SPELLINGS, _OTHER_WORDS))))


def are_known_words(cell: str) -> bool:
    """Whether all words of a cell may stand in a date; much cheaper than to spell it."""
    return _KNOWN_WORDS.issuperset(re.findall(r"[^\W\d_]+", cell.lower()))


def plain(texts: pl.Series) -> pl.Series:
    """Dates and times with their names and signs in the plain spelling; any other text as it comes out."""
    texts = texts.str.to_lowercase()
    for sign, pattern, replacement in _BEFORE_NAMES:
        texts = _replace(texts, sign, pattern, replacement)
    texts = texts.str.replace_many(
        _LONGEST_FIRST, [_SPELLINGS[name] for name in _LONGEST_FIRST], leftmost=True
    )
    for sign, pattern, replacement in _AFTER_NAMES:
        texts = _replace(texts, sign, pattern, replacement)
    return texts.str.strip_chars()


def _replace(texts: pl.Series, sign: str, pattern: str, replacement: str) -> pl.Series:
    if texts.str.contains(sign, literal=True).any():
        return texts.str.replace_all(pattern, replacement)
    return texts
