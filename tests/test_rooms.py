"""The tree itself: no circle of files, whatever is imported late or for types alone, and few private modules at its root."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"


def imports_of_files() -> dict[str, set[str]]:
    """File -> the files that it imports, anywhere in it."""
    files = {}
    for path in (SOURCE / "fallline").rglob("*.py"):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    found = {}
    for name, path in files.items():
        nodes = [
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
        ]
        # What is imported is a file, or stands in the one that it is imported from.
        asked = {(node.module or "", each.name) for node in nodes for each in node.names}
        found[name] = {inner if (inner := f"{home}.{each}") in files else home for home, each in asked}
        found[name] = found[name] & files.keys() - {name}
    return found


def reached(start: str, imports: dict[str, set[str]]) -> set[str]:
    """The files that are imported by a file, and by those in turn."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        new = imports[todo.pop()] - seen
        seen |= new
        todo += new
    return seen


def test_no_circle_of_files():
    imports = imports_of_files()
    assert len(imports) > 200
    below = {name: reached(name, imports) for name in imports}
    circles = {
        frozenset(other.removeprefix("fallline.") for other in below[name] if name in below[other])
        for name in imports
        if name in below[name]
    }
    assert not circles, f"files that import each other: {[sorted(circle) for circle in circles]}"


def test_few_private_modules_stand_at_the_root():
    private = {path.stem for path in (SOURCE / "fallline").glob("_[a-z]*.py")}
    assert private == {"_files", "_precision", "_random", "_ranges", "_schedule", "_tree", "_types"}
