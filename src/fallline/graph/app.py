"""Running a program: its flags are read, then its `main` is called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from fallline.errors import UsageError, warn
from fallline.graph import flags

__all__ = ["flags", "run"]


def run(main: Callable[[list[str]], Any] | None = None, argv: Sequence[str] | None = None) -> NoReturn:
    """Reads the flags, calls `main` with what is left of the command line, and exits with what it returns.

    As in TensorFlow, a flag that nobody defined is left to `main`; a warning names it.

    Args:
        main: The program; None: `main` of the script that was started.
        argv: The command line, the name of the program first; None: that of the process.

    Raises:
        UsageError: no `main` to call.
        SystemExit: always: with what `main` returns; 1 after help, or after a flag with a wrong value.
    """
    if main is None:
        main = vars(sys.modules["__main__"]).get("main")
        if main is None:
            raise UsageError(
                "tf.app.run(): the script has no function main(argv). Define it, or give run(main)."
            )
    try:
        left = flags.FLAGS(list(sys.argv if argv is None else argv), known_only=True)
    except flags.FlagValueError as error:
        sys.stderr.write(f"FATAL Flags parsing error: {error}\nPass --help to see the flags.\n")
        sys.exit(1)
    for unknown in flags.FLAGS.unknown_in(left):
        warn(f"{unknown} It is left to main(argv).")
    sys.exit(main(left))
