"""Defaults of optimizers that were others in the program's years: they are written out, so that the numbers stay."""

from __future__ import annotations

import ast
from typing import Any

from fallline import optimizers
from fallline.old import age as ages
from fallline.old.age import Age
from fallline.old.keras.behaviour.facts import optimizer_defaults
from fallline.old.modernise.edits import Text
from fallline.old.modernise.imports import Imports
from fallline.old.uses import Uses

OLDER = {"lr": "learning_rate"}


def write_defaults(tree: ast.Module, uses: Uses, age: Age, text: Text, imports: Imports) -> None:
    """Writes out what an optimizer began with in the program's years, where that is not what it begins with today."""
    names = {name.casefold(): name for name in optimizers.optimizers.classes()}
    with ages.of(age):
        for call in uses.calls:
            name = names.get(call.last.casefold())
            if name is None or call.node is None or ".optimizers." not in call.origin:
                continue
            given = {OLDER.get(each, each) for each in call.keywords}
            given |= {"learning_rate"} if call.node.args or "decay" in given else set()
            if more := _arguments(name, given):
                text.more(call.node, more)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "optimizer"
                and isinstance(node.value, ast.Constant)
            ):
                name = names.get(str(node.value.value).casefold())
                if name is not None and (more := _arguments(name, set())):
                    imports.needs_whole = True
                    text.replace(node.value, f"{imports.whole}.optimizers.{name}({more})")


def _arguments(name: str, given: set[str]) -> str:
    others: dict[str, Any] = {
        each: value for each, value in optimizer_defaults(name).items() if each not in given
    }
    return ", ".join(f"{each}={_said(value)}" for each, value in others.items())


def _said(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
