"""Text that is no Python 3: Python 2's gets its own sentence."""

from __future__ import annotations

import re
from pathlib import Path

from fallline.errors import UsageError

NOW = "Run 2to3 on it, or write {}."
PYTHON_2 = (
    (r"\s*print\b(?!\s*[(=.])", "print without brackets", "print(...)"),
    (r"\s*exec\b(?!\s*[(=.])", "exec without brackets", "exec(...)"),
    (r"\s*except\b[^:#]*,\s*\w+\s*:", "except Error, name", "except Error as name"),
    (r"\s*raise\s+[\w.]+\s*,", "raise Error, text", "raise Error(text)"),
    (r"[^'\"#]*`[^`]*`", "backticks", "repr(...)"),
    (r"[^'\"#]*<>", "<>", "!="),
    (r"[^'\"#]*\b0[0-7]+\b", "numbers that begin with 0", "0o17 for 017"),
    (r"[^'\"#]*\b\d+[lL]\b", "numbers that end with L", "them without L"),
    (r"[^#]*\b[uU][rR]['\"]", 'ur"..."', 'r"..."'),
    (r"\s*def\b|[^#]*\blambda\s*\(", "arguments in brackets of their own", "them apart"),
)


def mistake(error: SyntaxError, path: Path, cell: int | None) -> UsageError:
    """What is wrong with a text that Python does not parse, with file and line."""
    line = error.lineno or 1
    place = f"{path}, {'' if cell is None else f'cell {cell}, '}line {line}"
    text = (error.text or "").rstrip()
    if isinstance(error, TabError):
        return UsageError(
            f"{place}: this is Python 2 (tabs and spaces mixed). Replace the tabs by spaces: python -m tabnanny shows where."
        )
    for pattern, what, now in PYTHON_2:
        if re.match(pattern, text) and _may_be_old(error, what):
            return UsageError(f"{place}: this is Python 2 ({what}). {NOW.format(now)}")
    shown = f": {text.strip()}" if text.strip() else ""
    return UsageError(f"{place}: {error.msg}{shown}")


def _may_be_old(error: SyntaxError, what: str) -> bool:
    says = error.msg or ""
    if what.startswith("arguments"):
        return "cannot be parenthesized" in says
    return "never closed" not in says and "unterminated" not in says
