"""What the names of a graph program stand for, as far as its text tells: nothing of it runs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TypeAlias


class NotUnderstoodError(Exception):
    """Something of the program that is not understood.

    Attributes:
        line: Its line.
        why: What it is.
    """

    def __init__(self, node: ast.AST | None, why: str) -> None:
        super().__init__(why)
        self.line = getattr(node, "lineno", 1)
        self.why = why


@dataclass(frozen=True, eq=False)
class Node:
    """A node of the graph.

    Attributes:
        kind: What makes it, by the name after `tf.`: `matmul`, `Variable`; operators by that of their function.
        arguments: Its arguments, in their order.
        by_name: Those by name.
        source: Where it stands.
    """

    kind: str
    arguments: tuple[Value, ...] = ()
    by_name: dict[str, Value] = field(default_factory=dict)
    source: ast.AST | None = None

    def argument(self, place: int, *names: str) -> Value | None:
        """An argument by its place or by one of its names."""
        for name in names:
            if name in self.by_name:
                return self.by_name[name]
        return self.arguments[place] if place < len(self.arguments) else None


@dataclass(frozen=True, eq=False)
class Plain:
    """What is no node: a number, an array, a name of the program's own; as it stands in the text."""

    expression: ast.expr

    @property
    def text(self) -> str:
        """How it is written."""
        return ast.unparse(self.expression)


@dataclass(frozen=True, eq=False)
class Several:
    """A list, a tuple or a dictionary with nodes in it: key -> value."""

    items: dict[object, Value]


@dataclass(frozen=True, eq=False)
class Function:
    """A function of the program that makes nodes."""

    definition: ast.FunctionDef


Value: TypeAlias = "Node | Plain | Several | Function"
