"""What the syntax of a piece of a program alone tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

FORGIVING = {
    "ImportError",
    "ModuleNotFoundError",
    "AttributeError",
    "Exception",
    "BaseException",
    "TypeError",
}
"""Errors after which a program that catches them goes on where a name is missing."""


def own_attributes(tree: ast.Module) -> set[str]:
    """The attributes that the classes of a program define, in their bodies or on `self`."""
    found: set[str] = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.ClassDef):
            for inner in each.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    found.add(inner.name)
                elif isinstance(inner, ast.Assign):
                    found.update(target.id for target in inner.targets if isinstance(target, ast.Name))
        elif (
            isinstance(each, ast.Attribute)
            and isinstance(each.ctx, ast.Store)
            and last_name(each.value) == "self"
        ):
            found.add(each.attr)
    return found


def last_name(node: ast.expr) -> str:
    """The last name of a dotted one."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def first_name(node: ast.AST) -> ast.AST:
    """What calls, attributes and keys after each other begin with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def forgives(node: ast.Try | ast.TryStar) -> bool:
    """Whether the program goes on where a name within is missing."""
    for handler in node.handlers:
        if handler.type is None:
            return True
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(isinstance(kind, ast.Name) and kind.id in FORGIVING for kind in kinds):
            return True
    return False


def expressions_of(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions within one, those of a comprehension's conditions among them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.comprehension):
            yield from child.ifs
