"""A program's own error: its file and line first, then what went wrong, and the rest only when it is asked for."""

from __future__ import annotations

import contextlib
import linecache
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from fallline.errors import FalllineError
from fallline.old.program import Program
from fallline.old.reading.mistakes import mistake
from fallline.old.whose import lies_beside

MOST_CALLERS = 6
PYTHON_2 = (
    (
        "'float' object cannot be interpreted as an integer|(indices|index) must be integers|an integer is required|only integers, slices",
        "in Python 2, 7 / 2 is 3; now: 7 // 2.",
    ),
    ("'dict' object has no attribute 'has_key'", "now: key in the_dict."),
    ("'dict' object has no attribute 'iter(items|keys|values)'", r"now: .\1()."),
    ("unsupported operand type\\(s\\) for >>: 'builtin_function", "now: print(..., file=...)."),
    (
        "'(map|filter|zip|dict_\\w+)' object is not subscriptable|object of type '(map|filter|zip)' has no len",
        "now: list(...) of it.",
    ),
    (
        "a bytes-like object is required, not 'str'|must be str, not bytes",
        'in Python 2 a text was its bytes; now: open(file, "rb").',
    ),
    ("'str' object has no attribute 'decode'", "a text is decoded already: leave .decode out."),
)
"""What Python 3 says of a program that was written for Python 2, and what is to be written."""
DIM, PLAIN = "\033[2m", "\033[0m"


def tell(error: BaseException, program: Program, whole: bool = False) -> None:
    """Says on standard error where the program failed, and why.

    Args:
        error: What the program raised.
        program: The program.
        whole: The traceback through the libraries, too; also with `FALLLINE_DEBUG=1`.
    """
    whole = whole or os.environ.get("FALLLINE_DEBUG") == "1"
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        print("\n".join(_lines(error, program, whole)), file=sys.stderr, flush=True)


def _lines(error: BaseException, program: Program, whole: bool) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_own(frame.filename, program)]
    lines = _places(own)
    if isinstance(error, SyntaxError) and not isinstance(error, FalllineError) and error.filename:
        lines.append(str(mistake(error, Path(_shown(error.filename)), None)))
    else:
        lines.append(_said(error))
    if isinstance(error.__cause__, Exception) and not isinstance(error, FalllineError):
        lines.append(f"  because of {_said(error.__cause__)}")
    if whole:
        text = "".join(traceback.format_exception(error)).rstrip()
        lines.append(f"{DIM}{text}{PLAIN}" if sys.stderr.isatty() else text)
    elif frames and own and frames[-1] is not own[-1] and not isinstance(error, FalllineError):
        lines.append("  (fallline run --traceback shows where in the libraries)")
    return lines


def _said(error: BaseException) -> str:
    if isinstance(error, FalllineError):
        return f"{type(error).__name__}: {error}"
    if isinstance(error, ModuleNotFoundError) and str(error) == f"No module named {error.name!r}":
        return f"ModuleNotFoundError: {error}. {_to_get(str(error.name))}"
    return "\n".join(["".join(traceback.format_exception_only(error)).rstrip(), *_hints(error)])


def _hints(error: BaseException) -> Iterator[str]:
    for pattern, now in PYTHON_2:
        found = re.search(pattern, str(error))
        if found:
            yield f"  perhaps Python 2: {found.expand(now)}"
            return


def _to_get(module: str) -> str:
    from fallline.old.checking.around import INSTALLED_AS

    root = module.partition(".")[0]
    return f"pip install {INSTALLED_AS.get(root, root)}, or lay its file beside the program."


def is_own(filename: str, program: Program) -> bool:
    """Whether a file of a traceback is the program's."""
    if filename.startswith(f"{program.path}, cell ") or filename == str(program.path.resolve()):
        return True
    return filename.endswith(".py") and lies_beside(filename, program.path)


def _places(own: list[traceback.FrameSummary]) -> list[str]:
    """Where the program failed, then who called it there."""
    lines = []
    for number, frame in enumerate(reversed(own[-MOST_CALLERS:])):
        within = "" if frame.name == "<module>" else f", in {frame.name}"
        text = frame.line or linecache.getline(frame.filename, frame.lineno or 1).strip()
        place = f"{_shown(frame.filename)}, line {frame.lineno}{within}"
        lines.append(f"  called from {place}: {text}" if number else f"{place}:")
        if not number:
            lines.append(f"    {text}")
    return lines


def _shown(filename: str) -> str:
    with contextlib.suppress(ValueError, OSError):
        return str(Path(filename).relative_to(Path.cwd()))
    return filename
