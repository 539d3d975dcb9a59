"""What Python or NumPy took from the language's own words, given back by rewriting a program's tree.

`float(a)`, `int(a)`, `"%d" % a` and `b[i] = a` take an array of one element of any number of axes, as NumPy of before 2.4 let
them; `np.array` takes rows of several lengths, as before 1.24;
`xrange` and other names of Python 2 are there where a program of Python 3's syntax uses them.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fallline.old.companions.changes import told
from fallline.old.notices import say_once

PREFIX = "_of_an_old_program_"
NUMBERS = ("float", "int", "complex")
PYTHON_2: Mapping[str, tuple[Any, str]] = {
    "xrange": (range, "range"),
    "raw_input": (input, "input"),
    "unichr": (chr, "chr"),
    "reduce": (functools.reduce, "functools.reduce"),
    "reload": (importlib.reload, "importlib.reload"),
}
PYTHON_2_TYPES: Mapping[str, Any] = {"unicode": str, "basestring": str, "long": int}


def rewritten(text: str) -> ast.Module:
    """The tree of a text, with the calls that need it led through this module; lines and columns stay."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    own = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return ast.fix_missing_locations(_Rewriter(own).visit(tree))


def names_of_python_2(tree: ast.Module) -> dict[str, Any]:
    """The names of Python 2 that a text uses and does not define."""
    loaded: set[str] = set()
    stored: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else stored).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            stored.add(node.name)
        elif isinstance(node, ast.arg):
            stored.add(node.arg)
        elif isinstance(node, ast.alias):
            stored.add((node.asname or node.name).partition(".")[0])
    used = loaded - stored
    found = {name: told(value, name, now) for name, (value, now) in PYTHON_2.items() if name in used}
    return found | {name: kind for name, kind in PYTHON_2_TYPES.items() if name in used}


@contextmanager
def old_words() -> Iterator[None]:
    """Within, what rewritten trees call is there."""
    for name, function in _WORDS.items():
        setattr(builtins, name, function)
    try:
        yield
    finally:
        for name in _WORDS:
            delattr(builtins, name)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, own: set[str]) -> None:
        self._own = own

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        if _is_array_maker(called):
            function = ast.copy_location(ast.Name(f"{PREFIX}array", ast.Load()), node)
            return ast.copy_location(ast.Call(function, [called, *node.args], node.keywords), node)
        of_one = len(node.args) == 1 and not node.keywords
        if not isinstance(called, ast.Name) or called.id not in NUMBERS or called.id in self._own:
            return node
        if of_one and not isinstance(node.args[0], ast.Starred | ast.Constant):
            called.id = PREFIX + called.id
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        (target, *others) = node.targets
        if others or not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            return node
        places = target.slice.elts if isinstance(target.slice, ast.Tuple) else [target.slice]
        if any(
            isinstance(place, ast.Slice | ast.Starred | ast.Constant) and not _is_number(place)
            for place in places
        ):
            return node
        into = ast.copy_location(ast.Name(target.value.id, ast.Load()), node)
        count = ast.copy_location(ast.Constant(len(places)), node)
        function = ast.copy_location(ast.Name(f"{PREFIX}element", ast.Load()), node)
        node.value = ast.copy_location(ast.Call(function, [node.value, into, count], []), node.value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not (isinstance(node.op, ast.Mod) and _is_text(node.left)):
            return node
        called = ast.copy_location(ast.Name(f"{PREFIX}percent", ast.Load()), node)
        return ast.copy_location(ast.Call(called, [node.left, node.right], []), node)


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _is_array_maker(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ("array", "asarray")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("np", "numpy")
    )


def _array(make: Any, *positional: Any, **named: Any) -> Any:
    try:
        return make(*positional, **named)
    except ValueError as error:
        if "inhomogeneous" not in str(error) or len(positional) > 1 or named.get("dtype") is not None:
            raise
        say_once("np.array of rows of several lengths is gone; now: np.array(rows, dtype=object).")
        return make(*positional, **named | {"dtype": object})


def _element(value: Any, into: Any, places: int) -> Any:
    """What is put at one place of an array of numbers."""
    if getattr(value, "size", None) != 1 or getattr(into, "ndim", None) != places:
        return value
    return _plain(value) if getattr(getattr(into, "dtype", None), "kind", "O") in "biufc" else value


def _number(kind: type, value: Any) -> Any:
    try:
        return kind(value)
    except TypeError:
        plain = _plain(value)
        if plain is value:
            raise
        return kind(plain)


def _percent(text: str, values: Any) -> str:
    try:
        return text % values
    except TypeError:
        if isinstance(values, tuple):
            plain: Any = tuple(_plain(each) for each in values)
        elif isinstance(values, dict):
            plain = {name: _plain(each) for name, each in values.items()}
        else:
            plain = _plain(values)
        return text % plain


def _plain(value: Any) -> Any:
    """The number in an array of one element."""
    if getattr(value, "size", None) == 1 and getattr(value, "ndim", 0) > 0 and hasattr(value, "item"):
        return value.item()
    return value


_WORDS = {f"{PREFIX}percent": _percent, f"{PREFIX}array": _array, f"{PREFIX}element": _element} | {
    f"{PREFIX}{name}": functools.partial(_number, getattr(builtins, name)) for name in NUMBERS
}
