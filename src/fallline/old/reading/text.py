"""A file's bytes as text."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

from fallline.errors import UsageError, nearest

KINDS = (".py", ".ipynb")


def text_of(path: Path) -> str:
    """The text of a script or a notebook, by its own encoding declaration, lines ended as Unix ends them.

    Raises:
        UsageError: there is no such file, it is a folder, it cannot be read, or it is no text.
    """
    if path.is_dir():
        raise UsageError(
            f'"{path}" is a folder; a script (.py) or a notebook (.ipynb) is needed.{_main_of(path)}'
        )
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f'there is no file "{path}".{_near(path)}') from None
    except OSError as error:
        raise UsageError(f'cannot read "{path}": {error.strerror or error}.') from None
    if b"\0" in content[:8192]:
        raise UsageError(f'"{path}" is a binary file; a script (.py) or a notebook (.ipynb) is needed.')
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError) as error:
        raise UsageError(
            f'"{path}" is not the text that it says it is: {_first_line(error)}. Save it as UTF-8, or name its encoding in the '
            "first line: # -*- coding: latin-1 -*-"
        ) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _near(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f' There is no folder "{folder}".'
    names = [each.name for each in folder.iterdir() if each.suffix in KINDS]
    return nearest(path.name, names) if names else ""


def _main_of(folder: Path) -> str:
    names = sorted(each.name for each in folder.iterdir() if each.suffix in KINDS)[:5]
    return f" It has {', '.join(names)}." if names else ""


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
