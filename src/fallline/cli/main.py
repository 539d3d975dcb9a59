"""`fallline`: finds the command, runs it, and turns every failure into one to three lines and an exit code."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

import click

import fallline as fallline_package
from fallline.cli.failures import describe, exit_code_of
from fallline.cli.interrupts import leaving_at_once
from fallline.cli.output import flush_output, write_error
from fallline.errors import suggestion

COMMANDS = {
    "train": "fallline.cli.train",
    "sweep": "fallline.cli.sweep",
    "compare": "fallline.cli.compare",
    "inspect": "fallline.cli.inspect",
    "predict": "fallline.cli.predict",
    "info": "fallline.cli.info",
    "convert": "fallline.cli.convert",
    "run": "fallline.cli.run",
    "modernise": "fallline.cli.modernise",
}
"""Command name -> the module that holds a click command of the same name, imported when it is asked for."""

EXAMPLES = """\b
Examples:
  fallline train digits
  fallline inspect houses.csv
  fallline train houses.csv --target price
  fallline sweep houses.csv --target price --search halving
  fallline compare houses.csv --target price --optimizers sgd,adam
  fallline predict runs/houses-1 new.csv --out scores.csv
  fallline info runs/houses-1
  fallline convert logs/model.ckpt-1000 new/
  fallline run mnist_softmax.py
  fallline modernise mnist_softmax.py
"""


class LazyGroup(click.Group):
    """The group of all commands; a command's module is imported when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; an unknown name is answered with the nearest."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            raise click.UsageError(f'no command "{args[0]}". {suggestion(args[0], COMMANDS)}', ctx=ctx)
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or ctx.resilient_parsing:
        return
    click.echo(f"fallline {fallline_package.__version__}")
    ctx.exit(0)


@click.group(cls=LazyGroup, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version.",
)
def fallline() -> None:
    """Train deep feedforward networks on tables and images, use them, and see what they learned.

    Exit codes: 0 done; 2 bad usage or bad data; 3 the training diverged (the last good model is written);
    130 interrupted (the best weights so far are written).
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line.

    Args:
        arguments: What follows the program's name; `sys.argv[1:]` if None.

    Returns:
        The exit code: 0, 2, 3 or 130, and 1 for a mistake of Fallline's own. With `FALLLINE_DEBUG=1` in the
        environment a failure is raised with its traceback instead.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a sign must not cost the person the result.
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        with leaving_at_once():
            code = fallline.main(args=list(arguments), prog_name="fallline", standalone_mode=False)
    except BaseException as error:
        if os.environ.get("FALLLINE_DEBUG") == "1" and not isinstance(error, click.exceptions.Exit):
            raise
        write_error(describe(error))
        code = exit_code_of(error)
    flush_output()
    return code if isinstance(code, int) else 0
