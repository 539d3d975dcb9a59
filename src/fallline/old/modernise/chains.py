"""Dotted names where they are used: `tf.keras.layers.Dense` becomes `fl.layers.Dense`."""

from __future__ import annotations

import ast

from fallline.old.checking.rooms import Absent
from fallline.old.dating import tensorflow_name
from fallline.old.modernise.answers import TRANSLATED
from fallline.old.modernise.edits import Text
from fallline.old.modernise.imports import Imports
from fallline.old.modernise.left import Left
from fallline.old.modernise.names import TYPES, thing, today, today_of, why_not
from fallline.old.uses import Use


def rename_chain(use: Use, text: Text, imports: Imports, left: list[Left]) -> None:
    """Writes today's name over an old one."""
    if use.node is None:
        return
    if not use.root or "(" in use.root or "[" in use.root:
        _check(use, left)
        return
    node, dotted = _dotted(use.node)
    rest = dotted[1:]
    old = ".".join([use.root, *rest])
    if tensorflow_name(old) in TYPES:
        text.replace(node, f'"{tensorflow_name(old)}"')
        return
    new, more = _longest(old)
    if new is None:
        if rest or dotted[0] not in imports.kept:
            left.append(Left(use.place.line, f"{old}: {why_not(old)}"))
        return
    root = imports.kept.get(dotted[0])
    if root is not None and today(root) and ".".join([str(today(root)), *rest]) == ".".join([new, *more]):
        imports.used.add(dotted[0])
        return  # the name that it begins with is imported as before
    imports.needs_whole = True
    imports.replaced.add(dotted[0])
    text.replace(node, ".".join([imports.whole, *([new] if new else []), *more]))


def _check(use: Use, left: list[Left]) -> None:
    """What is asked of an object: its class of today has it, or it is left."""
    found = today_of(use.origin)
    if isinstance(found, Absent) and found.name.split(".")[-1] not in TRANSLATED:
        left.append(Left(use.place.line, f"{found.name}: {found.why}"))


def _dotted(node: ast.AST) -> tuple[ast.AST, list[str]]:
    """The dotted name that an expression begins with: its node, and its parts."""
    chain = [node]
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
        chain.append(node)
    names, found = [node.id if isinstance(node, ast.Name) else ""], node
    for each in reversed(chain[:-1]):
        if not isinstance(each, ast.Attribute):
            break
        names.append(each.attr)
        found = each
    return found, names


def _longest(old: str) -> tuple[str | None, list[str]]:
    """Today's name of as much of a dotted name as has one, and the rest: attributes of what it stands for."""
    parts = old.split(".")
    for end in range(len(parts), 0, -1):
        new = today(".".join(parts[:end]))
        if new is None:
            continue
        rest = parts[end:]
        if not rest or (new and thing(f"{new}.{rest[0]}") is not None):
            return new, rest
    return None, []
