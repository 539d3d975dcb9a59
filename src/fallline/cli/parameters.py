"""Kinds of command-line values that more than one option shares, and options that more than one command has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

Command = Callable[..., Any]

KINDS_SHOWN = "number, decimal-point, decimal-comma, boolean, date, date-dmy, date-mdy, date-ymd, span, ordered, category, text, id"
"""The names of `data.forms.column.KINDS`, which loads JAX; `--help` must not."""


class Names(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """Names parted by commas."""

    name = "names"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """`"a, b"` as `("a", "b")`."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())


class Layers(click.ParamType):  # type: ignore[type-arg]
    """Units of each hidden layer, parted by commas; `none` for no hidden layer."""

    name = "layers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """`"128,64"` as `(128, 64)`."""
        if isinstance(value, tuple):
            return value
        if str(value).strip().casefold() in ("none", ""):
            return ()
        try:
            units = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            units = (0,)
        if min(units) < 1:
            self.fail(f'"{value}" is no list of layer sizes; write as 128,64, or none.', param, ctx)
        return units


class NumberOrText(click.ParamType):  # type: ignore[type-arg]
    """A number, or else a text: the path of a file, or a word."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """`"0.2"` as 0.2, anything else as the text it is."""
        try:
            return float(value)
        except ValueError:
            return str(value)


class Delimiter(click.ParamType):  # type: ignore[type-arg]
    r"""The sign between two columns; `tab` and `\t` mean a tab."""

    name = "delimiter"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The one character that is meant."""
        sign = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}.get(
            str(value), str(value)
        )
        if len(sign) != 1:
            self.fail(f'"{value}" is not one character; write as ";" or tab.', param, ctx)
        return sign


class Header(click.ParamType):  # type: ignore[type-arg]
    """The line that holds the names: `yes` for the first, or its number from 1."""

    name = "header"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool | int:
        """`"yes"` as True, `"3"` as 3."""
        if isinstance(value, bool) or value == "yes":
            return bool(value)
        try:
            return int(value)
        except ValueError:
            return self.fail(
                f'"{value}" is no line number; write --header 3, or --header as the last word.', param, ctx
            )


class Types(click.ParamType):  # type: ignore[type-arg]
    """`column=kind`."""

    name = "type"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """`"zip=category"` as `("zip", "category")`; a column's name may hold an equals sign."""
        if isinstance(value, tuple):
            return value
        column, equals, kind = str(value).rpartition("=")
        if not equals or not column.strip():
            self.fail(f'"{value}" names no column and kind; write as zip=category.', param, ctx)
        return column.strip(), kind.strip()


NAMES = Names()
LAYERS = Layers()
NUMBER_OR_TEXT = NumberOrText()


def source_options(command: Command) -> Command:
    """The options that say how a source is read: header, delimiter, sheet, table, query."""
    options = (
        click.option(
            "--header",
            type=Header(),
            is_flag=False,
            flag_value="yes",
            default=None,
            metavar="[LINE]",
            help="The line of a text file or sheet that holds the names; default: detected.",
        ),
        click.option(
            "--no-header", is_flag=True, help="No line holds names; they become column_1, column_2, ..."
        ),
        click.option(
            "--delimiter",
            type=Delimiter(),
            metavar="SIGN",
            help='Sign between columns of a CSV, as ";" or tab.',
        ),
        click.option(
            "--sheet", metavar="SHEET", help="Sheet of a workbook: its name, or its position from 0."
        ),
        click.option("--table", metavar="TABLE", help="Table of a database, or file in an archive."),
        click.option("--query", metavar="SQL", help="Question to a database whose answer is the table."),
    )
    return with_options(command, options)


def column_options(command: Command) -> Command:
    """The options that say what columns are: words for missing, kinds."""
    options = (
        click.option(
            "--missing",
            type=NAMES,
            metavar="A,B",
            help="Words that stand for a missing value, beside the usual ones; =A,B in their place.",
        ),
        click.option(
            "--type",
            "types",
            type=Types(),
            multiple=True,
            metavar="COLUMN=KIND",
            help=f"What a column is, where it is not seen rightly: {KINDS_SHOWN}.",
        ),
    )
    return with_options(command, options)


def given_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options that the person gave, under the names of `Settings`."""
    given = {name: value for name, value in options.items() if value is not None}
    if given.pop("no_header", False):
        if "header" in given:
            raise click.UsageError("--header and --no-header contradict each other; give one of them.")
        given["header"] = False
    if types := given.pop("types", ()):
        given["types"] = dict(types)
    return given


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """The command with options more, in their order."""
    for option in reversed(options):
        command = option(command)
    return command
