"""Writes docs/reference/catalogue.md: every public name with its equation, its source, and how it differs from Keras.

All of it stands in the docstrings. The first line says what a thing computes; the first paragraph that begins with an
equation gives it, and one behind it that begins with "with" its symbols; the paragraphs that begin with `Source:` and
`Differs from Keras:` give the rest.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from fallline.registry.table import Registry
from fallline.registry.tables import TABLES

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "catalogue.md"

TEXT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""What the page says besides the docstrings."""


@dataclasses.dataclass(frozen=True)
class Section:
    """One heading of the page.

    Attributes:
        title: The heading.
        about: What stands below it: where the names are to be had, and the symbols of their equations.
        module: The module whose public names it lists, below `fallline`; empty for none.
        table: The table of names whose classes it begins with; empty for none.
    """

    title: str
    about: str
    module: str = ""
    table: str = ""


SECTIONS = tuple(Section(**section) for section in TEXT["section"])

OF_THE_MODULE = ("get",)
"""Public names that every noun has and that compute nothing: the way from a name to an object."""

UTILITIES = (
    ("fallline.utils", ""),
    ("fallline.saving", ""),
    ("fallline.config", "config."),
    ("fallline.backend", "backend."),
    ("fallline.datasets", "datasets."),
    *(
        (f"fallline.datasets.{name}", f"datasets.{name}.")
        for name in ("mnist", "fashion_mnist", "cifar10", "cifar100", "boston_housing", "california_housing")
    ),
    ("fallline.datasets.imdb", "datasets.imdb."),
    ("fallline.datasets.reuters", "datasets.reuters."),
    ("fallline._tree", ""),
    ("fallline.engine", ""),
    ("fallline.experiment.kept.loaded_run", ""),
)
"""Modules of the last section, and how their names are written there."""

AT_THE_TOP = {
    "fallline._tree": ("tree", "static"),
    "fallline.engine": ("compilation_report",),
    "fallline.experiment.kept.loaded_run": ("load_run", "Run"),
}
"""Names that `fl` itself has, of modules that are listed elsewhere or not at all."""

OPERATIONS = """`jax.numpy` and `jax.nn` under Keras's names, for losses and metrics written with them: {}.

Source: Keras 3 for the names.
"""

COLUMNS = re.compile(r"\S {3,}\S|^ {4}")
GOES_ON = re.compile(r" (else|otherwise|then)\b")
DEFINES = re.compile(r"^\s*(?!with |so )(\w+:\s+)?[^\s=]+( [^\s=]+)? (=|<-|~) ")
ASSIGNS = re.compile(r" (=|<-|~) ")
OPERATES = re.compile(r"\s[-+*/@^]\s|\^|\|\||<=|>=|\bsum_\w+|\w\(.*\)|\[.*\]")
SPEAKS = re.compile(
    r"\b(is|are|was|were|be|has|have|had|does|do|counts?|gives?|takes?|keeps?|kept|costs?|stays?|means|needs?|must|may|"
    r"holds?|occurs?|ends?|give|come|comes|falls|grows|stand|stands|called|print|cut|that|which|who|whose|it|"
    r"its|they|them|this|these|those|there|because)\b|^\s*(so|[A-Z][a-z]+ [a-z'])"
)
NAMES = re.compile(r"^(the|an?|The|An?) \w{2,}|\b(the|a|an) \w{3,}")


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


def is_labelled(part: str) -> bool:
    """Whether a paragraph is a section of its docstring: arguments, errors, source."""
    return bool(re.match(r"[A-Z][A-Za-z ]*:(\s|$)", part.splitlines()[0]))


def logical_lines(part: str) -> list[str]:
    """The lines of a paragraph; lines that were only broken for their length are joined again."""
    first, *others = part.splitlines()
    lines = [first]
    for line in others:
        word = line.split()[0]
        if (
            len(lines[-1]) + 1 + len(word) > 98
            and not line.startswith("  ")
            and not (DEFINES.search(line) or COLUMNS.search(line))
        ):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return [line.rstrip() for line in lines]


def clauses(line: str) -> list[str]:
    """A line cut behind commas, colons, semicolons and sentences that are in no bracket; the pieces give the line."""
    pieces, depth, begin = [], 0, 0
    for place, sign in enumerate(line):
        depth += (sign in "([{") - (sign in ")]}")
        last = place + 1 == len(line)
        ends = sign in ",;:" or (sign == "." and line[place - 1] not in " .")
        if (depth == 0 and ends and (last or line[place + 1] == " ")) or last:
            pieces.append(line[begin : place + 1])
            begin = place + 1
    return pieces


def is_formula(clause: str) -> bool:
    """Whether a clause is mathematics rather than a remark about it."""
    if DEFINES.search(clause):
        return True
    if SPEAKS.search(clause):
        return False
    if ASSIGNS.search(clause):
        return True
    return not NAMES.search(re.sub(r"\(.*?\)", "", clause).strip()) and bool(OPERATES.search(clause))


def escaped(text: str) -> str:
    """Prose as it stands in a cell: bars and angle brackets would end the cell, or begin a tag."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(piece.replace("|", "\\|") if piece.startswith("`") else _plain(piece) for piece in pieces)


def _plain(piece: str) -> str:
    for sign in "\\*_<>~":
        piece = piece.replace(sign, f"\\{sign}")
    return piece.replace("|", "\\|")


def code(text: str) -> str:
    """Mathematics as code; the sign that ends it stands behind it."""
    bare = text.rstrip(" ,;:.")
    begin = "" if bare.startswith("  ") else bare[: len(bare) - len(bare.lstrip())]
    inner = bare[len(begin) :].replace("`", "").replace("|", "\\|")
    return f"{begin}`{inner}`{text[len(bare) :]}"


def formula(part: str) -> str:
    """An equation as it stands in a cell: its mathematics as code, remarks as prose; empty where it is none."""
    shown: list[str] = []
    for line in logical_lines(part):
        if COLUMNS.search(line) and not SPEAKS.search(line):
            shown.append(code(line))
            continue
        runs: list[tuple[bool, str]] = []
        for clause in clauses(line):
            if runs and GOES_ON.match(clause):
                maths = runs[-1][0]
            else:
                # A remark, once begun, goes on until something is assigned.
                maths = is_formula(clause) and (not runs or runs[-1][0] or bool(ASSIGNS.search(clause)))
            if runs and runs[-1][0] == maths:
                runs[-1] = (maths, runs[-1][1] + clause)
            else:
                runs.append((maths, clause))
        if not shown and not runs[0][0]:
            return ""
        pieces = [code(text) if maths else escaped(text) for maths, text in runs[1:]]
        shown.append(
            " ".join([(code if runs[0][0] else escaped)(runs[0][1]), *(piece.lstrip() for piece in pieces)])
        )
    return re.sub(r"`[ .,;]+$", "`", "<br>".join(shown))


def equation_of(parts: list[str]) -> str:
    """The first equation among paragraphs, and what the next one says of its symbols; empty where there is none."""
    for place, part in enumerate(parts):
        if is_labelled(part) or part.startswith(" ") or not (found := formula(part)):
            continue
        after = " ".join(parts[place + 1].split()) if place + 1 < len(parts) else ""
        symbols = re.split(r"(?<=\w)\. (?=[A-Z])", after)[0].rstrip(".")
        return f"{found}<br>{escaped(symbols)}" if after.startswith("with ") else found
    return ""


def row(name: str, aliases: tuple[str, ...], docstring: str, fallback: str = "") -> Row:
    """The line for a docstring; what it leaves to its function's docstring is taken from there."""
    parts, more = paragraphs(docstring), paragraphs(fallback)
    what = " ".join(parts[0].split()) if parts else ""
    return Row(
        name=name,
        aliases=aliases,
        what=escaped(what),
        # A class that points to its function means the function's words.
        equation=equation_of(parts[1:]) or equation_of(more[1:]),
        source=escaped(section(parts, "Source") or section(more, "Source")),
        differs=escaped(
            capitalised(section(parts, "Differs from Keras") or section(more, "Differs from Keras"))
        ),
    )


def home_of(module: str) -> ModuleType:
    """A module below `fallline`."""
    return importlib.import_module(f"fallline.{module}")


def public(home: ModuleType) -> dict[str, Any]:
    """The public names of a module: those of its `__all__`, else those that it defines itself."""
    given = getattr(home, "__all__", None)
    names = (
        given
        if given is not None
        else [name for name, item in vars(home).items() if _is_own(home, name, item)]
    )
    found = {name: getattr(home, name) for name in sorted(names) if name not in OF_THE_MODULE}
    return {name: item for name, item in found.items() if not isinstance(item, Registry)}


def _is_own(home: ModuleType, name: str, item: Any) -> bool:
    listed = inspect.isclass(item) or inspect.isfunction(item)
    return listed and not name.startswith("_") and item.__module__ == home.__name__


def rows_of_table(table: str) -> list[Row]:
    """The lines of a table of names."""
    place = next(part for part in SECTIONS if part.table == table)
    # Importing a noun fills its table.
    home = home_of(place.module or "layers")
    names = TABLES[table]
    found = []
    for name, cls in sorted(names.classes().items()):
        if not cls.__module__.startswith("fallline."):
            continue
        makers = names._makers
        aliases = [alias for alias, maker in makers.items() if maker is makers[name] and alias != name]
        function = next((getattr(home, alias, None) for alias in aliases), None)
        # The module may offer the class under further names, such as those of older Keras.
        aliases += [
            other for other, item in public(home).items() if item is cls and other not in (name, *aliases)
        ]
        found.append(row(name, tuple(aliases), cls.__doc__ or "", getattr(function, "__doc__", None) or ""))
    return found


def further(module: str) -> list[Row]:
    """The lines of a module's public functions and classes that are in no table of names."""
    home = home_of(module)
    own = [TABLES[part.table] for part in SECTIONS if part.table and _lies_in(part, module)]
    listed = {id(cls) for table in own for cls in table.classes().values()}
    listed |= {id(getattr(home, name)) for table in own for name in table.names() if hasattr(home, name)}
    # The source of `add` is that of `Add`; metrics offer functions of losses.
    classes = {name.casefold(): cls for table in own for name, cls in table.classes().items()}
    classes |= TABLES["losses"]._makers if module == "metrics" else {}
    return [
        row(name, (), item.__doc__ or "", getattr(classes.get(name), "__doc__", None) or "")
        if inspect.isclass(item) or inspect.isfunction(item)
        else _type(name, item)
        for name, item in public(home).items()
        if id(item) not in listed and not inspect.ismodule(item)
    ]


def _lies_in(part: Section, module: str) -> bool:
    return (part.module or "layers") == module


def _type(name: str, item: Any) -> Row:
    names = re.findall(r"'(\w+)'", repr(item))
    return Row(name, (), f"A type: None, or one of {', '.join(f'`{each}`' for each in names)}.", "", "", "")


def around() -> list[Row]:
    """The lines of what every first-order optimizer can do besides its rule."""
    return [row(name, (), _docstring(what)) for name, what in TEXT["around"].items()]


def _docstring(what: str) -> str:
    if not what.startswith("fallline."):
        return what
    module, _, name = what.rpartition(".")
    return getattr(importlib.import_module(module), name).__doc__ or ""


def utilities() -> list[Row]:
    """The lines of the small modules, and of what the package itself offers."""
    found, seen = [], set()
    for module, prefix in UTILITIES:
        home = importlib.import_module(module)
        for name in AT_THE_TOP.get(module, tuple(public(home))):
            item = getattr(home, name)
            if id(item) not in seen and not inspect.ismodule(item):
                found.append(row(f"{prefix}{name}", (), item.__doc__ or ""))
                seen.add(id(item))
    names = ", ".join(f"`{name}`" for name in public(home_of("ops")))
    return [*found, row("ops", (), OPERATIONS.format(names))]


def table_of(rows: list[Row]) -> str:
    """Lines with all that is known of them."""
    head = ["| Name | What it computes | Source | Differs from Keras |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *map(str, rows)])


def tables_of(part: Section) -> list[list[Row]]:
    """The tables of a section: that of its names, and that of what else its module offers."""
    if part.title == "Around every optimizer":
        return [around()]
    if part.title == "Utilities":
        return [utilities()]
    return [rows_of_table(part.table) if part.table else [], further(part.module) if part.module else []]


def page() -> str:
    """The whole page."""
    titles = [part.title for part in SECTIONS]
    parts = [
        TEXT["head"],
        " · ".join(f"[{title}](#{title.casefold().replace(' ', '-')})" for title in titles),
    ]
    for part in SECTIONS:
        tables = [rows for rows in tables_of(part) if rows]
        parts += [f"## {part.title}", part.about, "\n\nBesides:\n\n".join(map(table_of, tables))]
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
