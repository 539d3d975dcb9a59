"""The modules in a program's folder that it imports, directly or through each other."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def imported_from(trees: Iterable[ast.Module], folder: Path, package: str = "") -> list[Path]:
    """The files in a folder that the trees import, in the order of their first naming."""
    found: dict[Path, None] = {}
    for tree in trees:
        for name in _names(tree, package):
            for path in _files(folder, name):
                found.setdefault(path)
    return list(found)


def package_of(path: Path, folder: Path) -> str:
    """The package that a file in a folder belongs to, for imports that begin with a point."""
    return ".".join(path.relative_to(folder).parent.parts)


def _names(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            if base:
                yield base
            for alias in node.names:
                yield f"{base}.{alias.name}".strip(".")


def _base(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
    return ".".join([*parts, *([node.module] if node.module else [])])


def _files(folder: Path, name: str) -> Iterator[Path]:
    here = folder
    for part in name.split("."):
        if not part.isidentifier():
            return
        module, package = here / f"{part}.py", here / part / "__init__.py"
        if package.is_file():
            yield package
        elif module.is_file():
            yield module
            return
        elif not (here / part).is_dir():
            return
        here = here / part
