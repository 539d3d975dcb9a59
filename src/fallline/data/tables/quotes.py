"""Text in which single quotation marks enclose the cells, as some programs write it, with double ones in their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from fallline.data.tables.separator import SEPARATORS
from fallline.data.tables.text import Text

_CELL = r"'(?:[^'\n]|'')*'"
NOTE = "single quotation marks enclose the names of the columns; cells were read without them"


def with_double_marks(text: Text, lines: Sequence[str], delimiters: Collection[str] = SEPARATORS) -> Text:
    """The text with each cell in `'...'` written as `"..."`, where the first line that holds anything has only such cells.

    Args:
        text: The text; one that holds double quotation marks stays, as its single ones are apostrophes.
        lines: Its first lines.
        delimiters: What may stand between the cells.
    """
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip().startswith("'") or b'"' in text.holds:
        return text
    for delimiter in delimiters:
        between = re.escape(delimiter)
        if re.fullmatch(rf"\s*{_CELL}(?: *{between} *{_CELL})*\s*", first):
            break
    else:
        return text
    mark = between.encode()
    cell = re.compile(rb"(?m)(^|" + mark + rb") *'((?:[^'\n]|'')*)' *(?=\r?$|" + mark + rb")")
    content = cell.sub(lambda found: found[1] + b'"' + found[2].replace(b"''", b"'") + b'"', text.content)
    return replace(text, content=content, holds=text.holds | {b'"'}, notes=(*text.notes, NOTE))
