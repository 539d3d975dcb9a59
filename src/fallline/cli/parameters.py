"""Kinds of command-line values that more than one option shares, and options that more than one command has."""

from __future__ import annotations

from typing import Any

import click


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


class FractionOrFile(click.ParamType):  # type: ignore[type-arg]
    """A number, or else the path of a file."""

    name = "part"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """`"0.2"` as 0.2, anything else as the path it is."""
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


NAMES = Names()
LAYERS = Layers()
FRACTION_OR_FILE = FractionOrFile()

header_option = click.option(
    "--header/--no-header",
    default=None,
    help="Whether the first row of a CSV holds names; default: detected.",
)
delimiter_option = click.option(
    "--delimiter", type=Delimiter(), metavar="SIGN", help='Sign between columns of a CSV, as ";" or tab.'
)
