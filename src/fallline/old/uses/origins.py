"""Where the value of an expression comes from."""

from __future__ import annotations

import ast

from fallline.old.uses.scope import Exports, Scope

DEEPEST = 12
"""Calls and attributes after each other that are followed."""


def origin_of(node: ast.AST | None, scope: Scope, exports: Exports) -> str | None:
    """The origin of an expression, such as `keras.Sequential().fit()`; None where it is none of the packages'."""
    if isinstance(node, ast.Name):
        return scope.get(node.id, exports)
    if isinstance(node, ast.NamedExpr):
        return origin_of(node.value, scope, exports)
    if isinstance(node, ast.Attribute):
        return _attribute(node, scope, exports)
    if isinstance(node, ast.Call):
        return _call(node, scope, exports)
    if isinstance(node, ast.Subscript):
        return _more(origin_of(node.value, scope, exports), "[]")
    return None


def _attribute(node: ast.Attribute, scope: Scope, exports: Exports) -> str | None:
    origin = _more(origin_of(node.value, scope, exports), f".{node.attr}")
    if origin is None:
        return None
    was_set, to = scope.override(origin)
    return to if was_set else origin


def _call(node: ast.Call, scope: Scope, exports: Exports) -> str | None:
    if isinstance(node.func, ast.Name):
        # What a function of the program's own gives back stands under its name with brackets.
        made = scope.get(f"{node.func.id}()", _none)
        if made is not None:
            return made
    return _more(origin_of(node.func, scope, exports), "()")


def _more(origin: str | None, step: str) -> str | None:
    if origin is None or sum(map(origin.count, ".[(")) > DEEPEST:
        return None
    return origin + step


def _none(_module: str, _name: str) -> bool:
    return False
