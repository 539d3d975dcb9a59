"""Lines that are IPython's and not Python's: `%matplotlib inline`, `!pip install x`, `%%time`, `?name`.

They become blank, so that the numbers of all other lines hold; the statement behind `%time` runs.
"""

from __future__ import annotations

import ast
import re

from fallline.old.notices import say_once

RUN_THEIR_CELL = ("time", "timeit", "capture", "prun", "snakeviz", "memit", "mprun", "tensorflow_version")
RUN_THEIR_LINE = ("time", "prun")
QUIET = ("autoreload", "config", "load_ext", "matplotlib", "pylab", "reload_ext", "tensorflow_version")
MAGIC = re.compile(r"\s*(?P<sign>%%|%|!!|!|\?\??)(?P<rest>.*)")
ASSIGNED = re.compile(r"\s*(?P<names>[A-Za-z_][\w., ]*?)\s*=\s*(?P<sign>%|!)(?P<rest>.*)")
ASKED = re.compile(r"\s*[\w.*\[\]]+\?\??\s*$")
PYLAB = "from pylab import *; import numpy as np; import matplotlib.pyplot as plt"
STRING = re.compile(r"(?:\"\"\"|'''|\"|')")


def without_magics(text: str) -> str | None:
    """The text with IPython's lines blank; None: the cell is none of Python's (`%%bash`)."""
    first = text.lstrip()
    if first.startswith("%%"):
        name, _, _ = first[2:].partition("\n")
        name = name.split()[0] if name.split() else ""
        if name not in RUN_THEIR_CELL:
            say_once(f"cells of %%{name} are passed over.")
            return None
    if not any(sign in text for sign in "%!?"):
        return text
    try:
        ast.parse(text)
    except SyntaxError:
        return "\n".join(_lines(text.split("\n")))
    return text


def without_shell_calls(text: str, tree: ast.Module) -> str:
    """The text with `get_ipython().magic(...)` and `.system(...)` blank, as scripts exported from a notebook have them."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and _asks_ipython(node.value)]
    if not calls:
        return text
    lines = text.split("\n")
    for call in calls:
        last = call.end_lineno or call.lineno
        first = lines[call.lineno - 1]
        lines[call.lineno - 1 : last] = [first[: call.col_offset] + "pass"] + [""] * (last - call.lineno)
    return "\n".join(lines)


def _asks_ipython(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Call)
        and isinstance(node.func.value.func, ast.Name)
        and node.func.value.func.id == "get_ipython"
    )


def _lines(lines: list[str]) -> list[str]:
    kept: list[str] = []
    scanner = _Scanner()
    blanked = False
    for line in lines:
        if blanked:  # `!pip install \` goes on
            blanked = line.endswith("\\")
            kept.append("")
            continue
        python = _python_of(line) if scanner.at_statement else None
        if python is None:
            scanner.read(line)
            kept.append(line)
        else:
            blanked = line.endswith("\\") and python.strip() in ("", "pass")
            kept.append(python)
            scanner.read(python)
    return kept


def _python_of(line: str) -> str | None:
    """What Python runs in the place of a line of IPython's; None: it is Python's."""
    found = MAGIC.match(line)
    indent = line[: len(line) - len(line.lstrip())]
    if found is not None:
        sign, rest = found["sign"], found["rest"].strip()
        name, _, statement = rest.partition(" ")
        if sign in ("%", "%%") and not re.match(r"[A-Za-z_]", rest):
            return None
        if sign == "%" and name in RUN_THEIR_LINE and statement:
            return indent + statement
        if sign != "%%":
            _tell(sign, name)
        if sign == "%" and name == "pylab":
            return indent + PYLAB
        return f"{indent}pass" if indent else ""
    if found := ASSIGNED.match(line):
        _tell(found["sign"], found["rest"].split(" ")[0])
        return f"{indent}{found['names']} = []"
    if ASKED.match(line):
        return f"{indent}pass" if indent else ""
    return None


def _tell(sign: str, name: str) -> None:
    """Says once of each kind that it is passed over; nothing of those that only set IPython up."""
    if sign.startswith("!"):
        say_once("lines of the shell (!...) are passed over.")
    elif sign.startswith("%") and name not in QUIET:
        say_once(f"%{name} is passed over.")


class _Scanner:
    """Whether a statement begins at the next line: neither within brackets nor within a text of several lines."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""
        self._goes_on = False

    @property
    def at_statement(self) -> bool:
        return not (self._depth or self._quote or self._goes_on)

    def read(self, line: str) -> None:
        at = 0
        self._goes_on = line.endswith("\\")
        while at < len(line):
            if self._quote:
                at = self._end_of_text(line, at)
                continue
            sign = line[at]
            if sign == "#":
                self._goes_on = False
                break
            if found := STRING.match(line, at):
                self._quote = found[0]
                at = found.end()
                continue
            self._depth = max(0, self._depth + (sign in "([{") - (sign in ")]}"))
            at += 1
        if len(self._quote) == 1 and not line.endswith("\\"):
            self._quote = ""

    def _end_of_text(self, line: str, at: int) -> int:
        while at < len(line):
            if line[at] == "\\":
                at += 2
            elif line.startswith(self._quote, at):
                at += len(self._quote)
                self._quote = ""
                return at
            else:
                at += 1
        return at
