"""Axes as text, as the command line takes them: `learning_rate=log:1e-4:1e-1`, `units=32,64,128`.

0,0.2,0.5                  one of these; what looks like a number is one
uniform:0:0.5              real numbers; uniform:0:0.5:0.1 in steps
log:1e-4:1e-1              real numbers, even over the logarithm
int:16:256                 whole numbers; intlog:16:256 even over the logarithm
... if optimizer=sgd       only where another axis has this value, or one of several: if optimizer=sgd,rmsprop
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fallline.errors import UsageError, nearest
from fallline.population.spaces.axes import Axes, Conditional, flattened
from fallline.population.spaces.functions import choice, integer, log_uniform, uniform
from fallline.population.spaces.space import Space

_WORDS: Mapping[str, Any] = {"true": True, "false": False, "none": None}
_FORMS = {"uniform": "LOW:HIGH or LOW:HIGH:STEP", "log": "LOW:HIGH", "int": "LOW:HIGH", "intlog": "LOW:HIGH"}


def axes_of(texts: Iterable[str]) -> Axes:
    """The axes of texts such as `learning_rate=log:1e-4:1e-1`, checked.

    Raises:
        UsageError: A text has no name or is no space, a name comes twice, or a condition does not fit.
    """
    found: dict[str, Conditional] = {}
    for text in texts:
        name, equals, form = (part.strip() for part in text.partition("="))
        if not equals or not name or not form:
            raise UsageError(
                f'an axis is written NAME=VALUES, such as units=32,64 or learning_rate=log:1e-4:1e-1; got "{text}".'
            )
        if name in found:
            raise UsageError(
                f'axis "{name}" is given twice; write all its values in one, such as {name}=1,2,3.'
            )
        found[name] = axis_of(form, f'axis "{name}"')
    return Axes.of(found)


def axis_of(text: str, where: str = "axis") -> Conditional:
    """A space with its condition, of what stands behind the `=`.

    Raises:
        UsageError: It is no space, or the condition is none.
    """
    form, *conditions = re.split(r"\s+if\s+", text.strip())
    axis = Conditional(space_of(form, where), ())
    for condition in conditions:
        for part in re.split(r"\s+and\s+", condition):
            name, equals, values = (each.strip() for each in part.partition("="))
            if not equals or not name or not values:
                raise UsageError(f'{where}: a condition is written "if NAME=VALUE"; got "if {part}".')
            axis = flattened(axis, {name: list(_options(values))})
    return axis


def space_of(text: str, where: str = "axis") -> Space:
    """A space of its text.

    Raises:
        UsageError: The form is unknown, or its numbers are none, or in the wrong order.
    """
    form, colon, rest = text.strip().partition(":")
    if not colon or "," in form:
        return _choice(text, where)
    if form not in _FORMS:
        raise UsageError(
            f'{where}: unknown space "{form}" in "{text}".{nearest(form, _FORMS)} Known: '
            + ", ".join(f"{name}:{bounds}" for name, bounds in _FORMS.items())
            + ", or values with commas between them."
        )
    parts = rest.split(":")
    if not len(parts) == 2 and not (form == "uniform" and len(parts) == 3):
        raise UsageError(f'{where}: {form} is written {form}:{_FORMS[form]}; got "{text}".')
    numbers = [_number(part, text, where) for part in parts]
    try:
        if form in ("int", "intlog"):
            low, high = numbers
            return integer(low, high, log=form == "intlog")
        return uniform(*numbers) if form == "uniform" else log_uniform(*numbers)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None


def _number(part: str, text: str, where: str) -> Any:
    value = value_of(part)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f'{where}: "{part.strip()}" in "{text}" is no number.')
    return value


def _choice(text: str, where: str) -> Space:
    if not all(part.strip() for part in text.split(",")):
        raise UsageError(
            f'{where}: a value is missing in "{text}"; write values with single commas between them.'
        )
    try:
        return choice(*_options(text))
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None


def _options(text: str) -> list[Any]:
    values = [value_of(part) for part in text.split(",")]
    # A column of a table has one type: 0,0.2,0.5 are three real numbers.
    if all(isinstance(each, int | float) and not isinstance(each, bool) for each in values) and any(
        isinstance(each, float) for each in values
    ):
        return [float(each) for each in values]
    return values


def value_of(text: str) -> Any:
    """A value as one writes it: a whole number, a real one, true, false, none, or else the text itself."""
    text = text.strip()
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
