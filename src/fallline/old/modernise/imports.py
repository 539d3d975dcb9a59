"""Import statements of keras and tensorflow -> those of Fallline."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from types import ModuleType

from fallline.old.checking.rooms import Absent, resolve
from fallline.old.modernise.edits import Text
from fallline.old.modernise.left import Left
from fallline.old.modernise.names import today, why_not
from fallline.old.uses.records import ROOTS


@dataclass
class _Names:
    """`from home import name as bound, ...`; no home: `import name as bound`."""

    home: str
    names: list[tuple[str, str]]

    def line(self, imports: Imports) -> str:
        wanted = [_alias(name, bound) for name, bound in self.names if not self.home or imports.wanted(bound)]
        if not wanted:
            return ""
        return (f"from {self.home} " if self.home else "") + f"import {', '.join(wanted)}"


@dataclass
class Imports:
    """What becomes of the imports.

    Attributes:
        whole: The name that all of Fallline goes by: `fl`.
        kept: Names that are bound as before -> the old dotted name that they stand for.
        needs_whole: Whether the program needs `import fallline as fl`.
        used: Names whose uses stay as they are.
        replaced: Names some of whose uses are written otherwise.
        statements: The statements that change.
    """

    whole: str
    kept: dict[str, str] = field(default_factory=dict)
    needs_whole: bool = False
    used: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    statements: list[tuple[ast.Import | ast.ImportFrom, list[_Names]]] = field(default_factory=list)

    def wanted(self, bound: str) -> bool:
        """Whether a name is still to be imported: not where all its uses are written otherwise."""
        return bound in self.used or bound not in self.replaced


def read_imports(tree: ast.Module, left: list[Left]) -> Imports:
    """What becomes of each import; what has no counterpart and is used is left."""
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imports = Imports("fallline" if "fl" in loaded else "fl")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            lines = _whole(node)
        elif isinstance(node, ast.ImportFrom) and not node.level and _ours(node.module or ""):
            lines = _names(node, imports, loaded, left)
        else:
            continue
        if lines is not None:
            imports.statements.append((node, lines))
    return imports


def write_imports(imports: Imports, text: Text) -> None:
    """Writes the new statements over the old ones."""
    for number, (node, names) in enumerate(imports.statements):
        lines = [line for each in names if (line := each.line(imports))]
        if number == 0 and imports.needs_whole:
            lines = [
                f"import fallline as {imports.whole}" if imports.whole == "fl" else "import fallline",
                *lines,
            ]
        if lines:
            text.replace(node, ("\n" + " " * node.col_offset).join(lines))
        else:
            text.drop(node)


def _whole(node: ast.Import) -> list[_Names] | None:
    ours = [alias for alias in node.names if _ours(alias.name)]
    if not ours:
        return None
    others = [alias for alias in node.names if not _ours(alias.name)]
    return [_Names("", [(alias.name, alias.asname or alias.name) for alias in others])] if others else []


def _names(node: ast.ImportFrom, imports: Imports, loaded: set[str], left: list[Left]) -> list[_Names] | None:
    module = node.module or ""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    missing = False
    for alias in node.names:
        bound = alias.asname or alias.name
        old = module if alias.name == "*" else f"{module}.{alias.name}"
        new = today(old)
        if alias.name == "*":
            new = new or today(module.rpartition(".")[0])  # all of `layers.core` is in `layers`
            found[f"fallline.{new}" if new else "fallline"].append(("*", "*"))
        elif new:
            home, _, name = f"fallline.{new}".rpartition(".")
            found[home].append((name, bound))
            imports.kept[bound] = old
        elif new is None and bound in loaded and not _is_module(old):
            missing = True
            left.append(Left(node.lineno, f"{old}: {why_not(old)}"))
    if missing and not found:
        return None
    return [_Names(home, names) for home, names in found.items()]


def _is_module(name: str) -> bool:
    """Whether it is a module, whose names are looked up where they are used."""
    found = resolve(name, "eager")
    return not isinstance(found, Absent) and isinstance(getattr(found, "value", None), ModuleType)


def _ours(module: str) -> bool:
    return module.split(".")[0] in ROOTS


def _alias(name: str, bound: str | None) -> str:
    return name if bound in (None, name) else f"{name} as {bound}"
