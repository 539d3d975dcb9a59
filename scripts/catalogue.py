"""Writes docs/reference/catalogue.md: every public name with its equation, its source, and how it differs from Keras.

All of it stands in the docstrings. The first line says what a thing computes; the first paragraph that holds an
equation gives it; the paragraphs that begin with `Source:` and `Differs from Keras:` give the rest.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import sys
from pathlib import Path
from typing import Any

from fallline._registry import Registry

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "catalogue.md"

HEAD = """# The catalogue

Every public name of the catalogue: what it computes, where that is written, and where it differs from Keras 3 and why.
`scripts/catalogue` writes this page from the docstrings, which say more: the arguments, their ranges, the shapes. The
names in parentheses are taken too, wherever a name may stand (`activation="relu"`); case and underscores do not count.
What differs in how a model is trained, rather than in one of these names, is in [Coming from Keras](../keras.md).
"""

NOUNS = {
    "activations": (
        "Activations",
        "`fl.activations`; each is a function too, under the first name in parentheses.",
    ),
    "initializers": ("Initializers", "`fl.initializers`"),
    "regularizers": ("Regularizers", "`fl.regularizers`"),
    "constraints": ("Constraints", "`fl.constraints`"),
    "layers": ("Layers", "`fl.layers`"),
    "mixing": ("Mixing rows", "`fl.layers`; given to `compile` as `mixing=`."),
    "optimizers": ("Optimizers", "`fl.optimizers`"),
    "schedules": (
        "Schedules",
        "`fl.optimizers.schedules`; a schedule may stand wherever a number of a run may.",
    ),
    "losses": ("Losses", "`fl.losses`"),
    "metrics": ("Metrics", "`fl.metrics`"),
}
"""A table of names -> the heading of its section, and where its classes are to be had."""

FURTHER = {
    "callbacks": ("Callbacks and rules", "`fl.callbacks`"),
    "models": ("Models", "`fl.models`"),
    "data": ("Data", "`fl.data`"),
}
"""Modules without a table of names: of what they offer the first line is shown."""

OF_THE_MODULE = ("get", *NOUNS, "mixings")
"""Public names that every noun has: the way from a name to an object, and the table of names itself."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the page, as Markdown; empty where the docstring says nothing."""

    name: str
    aliases: tuple[str, ...]
    what: str
    equation: str
    source: str
    differs: str

    def __str__(self) -> str:
        aliases = f"<br>({', '.join(f'`{alias}`' for alias in self.aliases)})" if self.aliases else ""
        what = f"{self.what}<br>{self.equation}" if self.equation else self.what
        return f"| `{self.name}`{aliases} | {what} | {self.source} | {self.differs} |"


def paragraphs(docstring: str) -> list[str]:
    """The paragraphs of a docstring, without its indentation."""
    return [part for part in re.split(r"\n\s*\n", inspect.cleandoc(docstring)) if part.strip()]


def section(parts: list[str], label: str) -> str:
    """The paragraph that begins with a label, on one line and without the label; empty where there is none."""
    found = [part for part in parts if part.startswith(f"{label}:")]
    return " ".join(" ".join(part.partition(":")[2].split()) for part in found)


def capitalised(text: str) -> str:
    """A sentence that stood behind a colon."""
    return text[:1].upper() + text[1:]


def is_equation(part: str) -> bool:
    """Whether a paragraph gives an equation rather than prose about one."""
    first = part.splitlines()[0]
    symbols = re.search(
        r"(^|\s)(=|<-|~|\+|\*|/|\|\|)\s|^\S+\(.*\)$|\bsum_\w+|^(mean|sqrt|max|min)\b|U\(|N\(", part
    )
    prose = re.match(r"(A|An|The|With|Where|It|If|Inputs|Rows|Both|Shapes|Each|Every|In|At) ", first)
    return bool(symbols) and not prose


def escaped(text: str) -> str:
    """Prose as it stands in a cell: bars and angle brackets would end the cell, or begin a tag."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(piece.replace("|", "\\|") if piece.startswith("`") else _plain(piece) for piece in pieces)


def _plain(piece: str) -> str:
    for sign in "\\*_<>~":
        piece = piece.replace(sign, f"\\{sign}")
    return piece.replace("|", "\\|")


def formula(part: str) -> str:
    """An equation as code, line by line; lines that only continue a sentence are joined to it."""
    lines = [line.rstrip() for line in part.splitlines()]
    return "<br>".join(f"`{line.replace('`', '').replace('|', chr(92) + '|')}`" for line in lines)


def row(name: str, aliases: tuple[str, ...], docstring: str, fallback: str = "") -> Row:
    """The line for a docstring; what it leaves to its function's docstring is taken from there."""
    parts, more = paragraphs(docstring), paragraphs(fallback)
    # A class that points to its function means the function's words.
    equation = next((part for part in [*parts[1:], *more[1:]] if is_equation(part)), "")
    what = " ".join(parts[0].split()) if parts else ""
    return Row(
        name=name,
        aliases=aliases,
        what=escaped(what),
        equation=formula(equation) if equation else "",
        source=escaped(section(parts, "Source") or section(more, "Source")),
        differs=escaped(
            capitalised(section(parts, "Differs from Keras") or section(more, "Differs from Keras"))
        ),
    )


def aliases(table: Registry[Any], name: str) -> tuple[str, ...]:
    """The further names of a class, in the order in which they are declared."""
    makers = table._makers
    return tuple(alias for alias, maker in makers.items() if maker is makers[name] and alias != name)


def rows_of_table(module: str) -> list[Row]:
    """The lines of a table of names."""
    # Importing a noun fills its table; two of them lie within another noun.
    importlib.import_module(
        f"fallline.{ {'schedules': 'optimizers', 'mixing': 'layers'}.get(module, module) }"
    )
    table = Registry.tables[module]
    home = importlib.import_module(f"fallline.{module}") if module in ("activations", "losses") else None
    found = []
    for name, cls in sorted(table.classes().items()):
        function = next((getattr(home, alias, None) for alias in aliases(table, name)), None)
        if cls.__module__.startswith("fallline."):
            found.append(
                row(name, aliases(table, name), cls.__doc__ or "", getattr(function, "__doc__", None) or "")
            )
    return found


def further(module: str) -> list[Row]:
    """The lines of a module's public functions and classes that are in no table of names."""
    home: Any = importlib.import_module(f"fallline.{module}")
    tables = Registry.tables.values()
    listed = {id(cls) for table in tables for cls in table.classes().values()}
    listed |= {id(getattr(home, name, None)) for table in tables for name in table.names()}
    public = {name: getattr(home, name) for name in getattr(home, "__all__", ()) if name not in OF_THE_MODULE}
    return [
        row(name, (), item.__doc__)
        for name, item in sorted(public.items())
        if (inspect.isclass(item) or inspect.isfunction(item)) and id(item) not in listed and item.__doc__
    ]


def table_of(rows: list[Row]) -> str:
    """Lines with all that is known of them."""
    head = ["| Name | What it computes | Source | Differs from Keras |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *map(str, rows)])


def short_table_of(rows: list[Row]) -> str:
    """Lines of what things do, and of how they differ."""
    head = ["| Name | What it does | Differs from Keras |", "| --- | --- | --- |"]
    return "\n".join([*head, *(f"| `{item.name}` | {item.what} | {item.differs} |" for item in rows)])


def page() -> str:
    """The whole page."""
    sections = {**NOUNS, **FURTHER}
    contents = " · ".join(
        f"[{title}](#{title.casefold().replace(' ', '-')})" for title, _ in sections.values()
    )
    parts = [HEAD, contents]
    for module, (title, where) in sections.items():
        parts += [f"## {title}", where]
        if module in NOUNS:
            parts.append(table_of(rows_of_table(module)))
        home = {"schedules": "optimizers.schedules", "mixing": ""}.get(module, module)
        rows = further(home) if home else []
        parts += ["Besides:"] if rows and module in NOUNS else []
        parts += [short_table_of(rows)] if rows else []
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the page, or with `--check` says whether it is up to date."""
    text = page()
    if "--check" not in arguments:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        print("docs/reference/catalogue.md is out of date; run scripts/catalogue.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
