# ruff: noqa: N802  (the names of TensorFlow)
"""Flags of the command line: `DEFINE_float("rate", 0.1, "Learning rate")`, then `FLAGS.rate`.

    --rate=0.5   --rate 0.5   -rate=0.5   --quick   --noquick   --quick=false   -- (ends the flags)

Flags are read from `sys.argv` when a value is first asked for, or by `app.run`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fallline.errors import UsageError
from fallline.graph.flag_values import Flag, FlagValueError, FlagValues

__all__ = [
    "FLAGS",
    "DEFINE_bool",
    "DEFINE_boolean",
    "DEFINE_enum",
    "DEFINE_float",
    "DEFINE_integer",
    "DEFINE_list",
    "DEFINE_string",
    "Flag",
    "FlagValueError",
    "FlagValues",
    "mark_flag_as_required",
    "mark_flags_as_required",
]  # fmt: skip

FLAGS = FlagValues()
"""The flags of the running program."""

_NOT_GIVEN = object()


def DEFINE_string(name: Any = None, default: Any = _NOT_GIVEN, help: str | None = None, **older: Any) -> Flag:
    """A flag that holds text.

    Args:
        name: What stands after `--`.
        default: The value without the flag; None: none.
        help: What it is for.
        **older: The same as `flag_name`, `default_value` and `docstring`, as TensorFlow had them at first.

    Raises:
        UsageError: the default is of another type, or the name is taken.
    """
    return _define(_text, name, default, help, older)


def DEFINE_integer(
    name: Any = None,
    default: Any = _NOT_GIVEN,
    help: str | None = None,
    lower_bound: int | None = None,
    upper_bound: int | None = None,
    **older: Any,
) -> Flag:
    """A flag that holds a whole number, between bounds where they are given. Otherwise as `DEFINE_string`."""
    return _define(_bounded(_whole, lower_bound, upper_bound), name, default, help, older)


def DEFINE_float(
    name: Any = None,
    default: Any = _NOT_GIVEN,
    help: str | None = None,
    lower_bound: float | None = None,
    upper_bound: float | None = None,
    **older: Any,
) -> Flag:
    """A flag that holds a number, between bounds where they are given. Otherwise as `DEFINE_string`."""
    return _define(_bounded(_number, lower_bound, upper_bound), name, default, help, older)


def DEFINE_boolean(
    name: Any = None, default: Any = _NOT_GIVEN, help: str | None = None, **older: Any
) -> Flag:
    """A flag that is true where it stands, `--name`, and false as `--noname`. Otherwise as `DEFINE_string`."""
    return _define(_truth, name, default, help, older, boolean=True)


DEFINE_bool = DEFINE_boolean


def DEFINE_enum(
    name: Any = None,
    default: Any = _NOT_GIVEN,
    enum_values: Iterable[str] = (),
    help: str | None = None,
    **older: Any,
) -> Flag:
    """A flag that holds one of some words. Otherwise as `DEFINE_string`."""
    words = list(enum_values)

    def one(given: Any) -> str:
        if given not in words:
            raise ValueError(f"value should be one of {', '.join(words)}.")
        return given

    return _define(one, name, default, help, older)


def DEFINE_list(name: Any = None, default: Any = _NOT_GIVEN, help: str | None = None, **older: Any) -> Flag:
    """A flag that holds a list of texts, separated by commas. Otherwise as `DEFINE_string`."""
    return _define(_listed, name, default, help, older)


def mark_flag_as_required(flag_name: str) -> None:
    """The command line has to give the flag."""
    mark_flags_as_required([flag_name])


def mark_flags_as_required(flag_names: Sequence[str]) -> None:
    """The command line has to give the flags."""
    for name in flag_names:
        FLAGS.require(name)


def _define(
    parse: Callable[[Any], Any],
    name: Any,
    default: Any,
    help: str | None,
    older: dict[str, Any],
    boolean: bool = False,
) -> Flag:
    name = older.pop("flag_name", name)
    default = older.pop("default_value", default)
    help = older.pop("docstring", help)
    if older:
        raise UsageError(
            f"flag --{name}: unknown argument {', '.join(older)}; a flag has a name, a default and a help."
        )
    if not isinstance(name, str) or default is _NOT_GIVEN:
        raise UsageError('a flag has a name and a default: DEFINE_float("rate", 0.1, "Learning rate").')
    try:
        value = None if default is None else parse(default)
    except ValueError as error:
        raise UsageError(f"flag --{name}: the default cannot be {default!r}: {error}") from None
    return FLAGS.define(Flag(name, parse, value, help, boolean))


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError("a text is expected.")
    return given


def _whole(given: Any) -> int:
    if isinstance(given, str):
        try:
            return int(given, {"0x": 16, "0o": 8}.get(given.lower()[:2], 10))
        except ValueError:
            raise ValueError("a whole number is expected.") from None
    if isinstance(given, bool) or int(given) != given:
        raise ValueError("a whole number is expected.")
    return int(given)


def _number(given: Any) -> float:
    try:
        return float(given)
    except (ValueError, TypeError):
        raise ValueError("a number is expected.") from None


def _bounded(parse: Callable[[Any], Any], lower: float | None, upper: float | None) -> Callable[[Any], Any]:
    def bounded(given: Any) -> Any:
        value = parse(given)
        if (lower is not None and value < lower) or (upper is not None and value > upper):
            raise ValueError(f"it must lie from {lower} to {upper}.")
        return value

    return bounded


_WORDS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def _truth(given: Any) -> bool:
    word = str(given).lower()
    if word not in _WORDS:
        raise ValueError("true or false is expected.")
    return _WORDS[word]


def _listed(given: Any) -> list[str]:
    if not isinstance(given, str):
        return list(given)
    return [part.strip() for part in given.split(",")] if given else []
