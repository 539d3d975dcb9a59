"""The cells of a notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fallline.errors import UsageError


def cells_of(path: Path, text: str) -> list[str]:
    """The text of each code cell, in the order of the notebook (nbformat 3 and 4).

    Raises:
        UsageError: it is no notebook, or one of another language.
    """
    try:
        notebook = json.loads(text) if text.strip() else {"cells": []}
    except json.JSONDecodeError as error:
        raise UsageError(
            f'"{path}" is no notebook: line {error.lineno} is no JSON ({error.msg}). A script ends in .py.'
        ) from None
    sheets = [notebook, *notebook.get("worksheets", [])] if isinstance(notebook, dict) else []
    cells = [each for sheet in sheets for each in sheet.get("cells", ()) if isinstance(each, dict)]
    if not cells and not (isinstance(notebook, dict) and ("cells" in notebook or "worksheets" in notebook)):
        raise UsageError(f'"{path}" is no notebook: it has no cells.')
    language = _language(notebook)
    if language not in ("", "python"):
        raise UsageError(f'"{path}" is a notebook of {language}; only those of Python run.')
    return [
        _joined(each.get("source", each.get("input", "")))
        for each in cells
        if each.get("cell_type") == "code"
    ]


def _joined(source: Any) -> str:
    text = "".join(source) if isinstance(source, list) else str(source)
    return text.replace("\r\n", "\n")


def _language(notebook: dict[str, Any]) -> str:
    told = notebook.get("metadata", {})
    named = told.get("kernelspec", {}).get("language") or told.get("language_info", {}).get("name") or ""
    return str(named).casefold().removesuffix("2").removesuffix("3")
