"""Changes of a text, each of a span that a node of its syntax tree takes; all else stays as it was written."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Edit:
    """The bytes from `start` to before `end` become `text`."""

    start: int
    end: int
    text: str


class Text:
    """A source with what is to change in it.

    Args:
        text: The source, which the nodes are of.
    """

    def __init__(self, text: str) -> None:
        # Positions in a syntax tree count the bytes of UTF-8.
        self.bytes = text.encode("utf-8")
        self.lines = [0]
        for line in self.bytes.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.edits: set[Edit] = set()

    def start(self, node: ast.AST) -> int:
        """Where a node begins."""
        return self.lines[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Where it ends."""
        return self.lines[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]

    def of(self, node: ast.AST) -> str:
        """What a node says."""
        return self.bytes[self.start(node) : self.end(node)].decode("utf-8")

    def replace(self, node: ast.AST, text: str) -> None:
        """Puts something else in the place of a node."""
        self.change(self.start(node), self.end(node), text)

    def change(self, start: int, end: int, text: str) -> None:
        """Puts something else in the place of some bytes."""
        self.edits.add(Edit(start, end, text))

    def rename(self, keyword: ast.keyword, name: str) -> None:
        """Gives an argument another name."""
        start = self.start(keyword)
        self.change(start, start + len((keyword.arg or "").encode("utf-8")), name)

    def without(self, call: ast.Call, keyword: ast.keyword) -> None:
        """Takes an argument out of a call."""
        parts = sorted([*call.args, *call.keywords], key=self.start)
        at = parts.index(keyword)
        if at:
            self.change(self.end(parts[at - 1]), self.end(keyword), "")
        elif len(parts) > 1:
            self.change(self.start(keyword), self.start(parts[1]), "")
        else:
            self.replace(keyword, "")

    def more(self, call: ast.Call, argument: str) -> None:
        """Gives a call one more argument, as the last."""
        parts = sorted([*call.args, *call.keywords], key=self.end)
        if parts:
            self.change(self.end(parts[-1]), self.end(parts[-1]), f", {argument}")
        else:
            self.change(self.end(call) - 1, self.end(call) - 1, argument)

    def drop(self, statement: ast.stmt) -> None:
        """Takes a statement out, with its line where nothing else stands on it."""
        start, end = self.start(statement), self.end(statement)
        first, last = self.lines[statement.lineno - 1], self.lines[(statement.end_lineno or statement.lineno)]
        if not self.bytes[first:start].strip() and not self.bytes[end:last].strip():
            start, end = first, last
        self.change(start, end, "")

    def changed(self) -> str:
        """The text with all changes; of those that overlap, the one around the others."""
        result, at = b"", 0
        for edit in sorted(self.edits, key=lambda each: (each.start, -each.end)):
            if edit.start < at:
                continue
            result += self.bytes[at : edit.start] + edit.text.encode("utf-8")
            at = edit.end
        return (result + self.bytes[at:]).decode("utf-8")
