"""The statements of a program's sources, in their order: what they import, bind and use."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fallline.old.program import Program, Source
from fallline.old.uses.origins import origin_of
from fallline.old.uses.records import ROOTS, Call, Import, Place, Text, Use, Uses
from fallline.old.uses.scope import Exports, Scope
from fallline.old.uses.syntax import expressions_of, first_name, forgives, last_name, own_attributes

_Record = TypeVar("_Record")

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def read_uses(program: Program, exports: Exports | None = None) -> Uses:
    """What a program uses of tensorflow and Keras; nothing of it runs.

    Args:
        program: The program.
        exports: Whether a module has a name, for `from module import *`; None: it has those with a capital.
    """
    uses = Uses()
    exports = exports or _capitals
    _Reader(uses, exports).read(program.main)
    for source in program.beside:
        _Reader(uses, exports).read([source])
    return uses


def _capitals(_module: str, name: str) -> bool:
    return name[:1].isupper()


@dataclass(frozen=True)
class _Where:
    source: Source
    guarded: bool = False

    def place(self, node: ast.AST) -> Place:
        return Place(self.source.path, getattr(node, "lineno", 1), self.source.cell or 0)


class _Reader:
    """Reads the sources that share one module's names: a file, or a notebook's cells."""

    def __init__(self, uses: Uses, exports: Exports, silent: bool = False) -> None:
        self.uses = uses
        self.exports = exports
        self.silent = silent
        self.own: set[str] = set()  # attributes that the program's own classes have
        self.later: list[tuple[Function, Scope, _Where]] = []

    def read(self, sources: Sequence[Source]) -> None:
        scope = Scope()
        for source in sources:
            self.own |= own_attributes(source.tree)
            self.block(source.tree.body, scope, _Where(source))
        while self.later:  # functions run after the module around them
            function, outer, where = self.later.pop(0)
            self.body(function, outer, where)

    # Statements

    def block(self, statements: Iterable[ast.stmt], scope: Scope, where: _Where) -> None:
        for statement in statements:
            self.statement(statement, scope, where)

    def statement(self, node: ast.stmt, scope: Scope, where: _Where) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.imported(node, scope, where)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.function(node, scope, where)
        elif isinstance(node, ast.ClassDef):
            self.class_(node, scope, where)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            scope.elsewhere.update(node.names)
        elif isinstance(node, ast.Try | ast.TryStar):
            self.block(node.body, scope, _Where(where.source, where.guarded or forgives(node)))
            for part in (*(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                self.block(part, scope, where)
        else:
            self.plain(node, scope, where)

    def plain(self, node: ast.stmt, scope: Scope, where: _Where) -> None:
        """A statement whose parts are expressions and blocks: they are read in the order of the text."""
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self.expression(node.value, scope, where)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                self.bind(target, node.value if not isinstance(node, ast.AugAssign) else None, scope, where)
            return
        if isinstance(node, ast.For | ast.AsyncFor):
            self.expression(node.iter, scope, where)
            origin = self.origin(node.iter, scope)
            self.bind_to(node.target, origin and f"{origin}[]", scope, where)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                self.expression(item.context_expr, scope, where)
                if item.optional_vars is not None:
                    self.bind(item.optional_vars, item.context_expr, scope, where)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.expression(child, scope, where)
        for name in ("body", "orelse"):
            self.block(getattr(node, name, []), scope, where)
        for case in getattr(node, "cases", []):
            self.block(case.body, scope, where)

    def imported(self, node: ast.Import | ast.ImportFrom, scope: Scope, where: _Where) -> None:
        place = where.place(node)
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.uses_module(alias.name, place, where)
                root = alias.name.split(".")[0]
                known = root in ROOTS
                scope.set(alias.asname or root, (alias.name if alias.asname else root) if known else None)
                if known:
                    self.use(alias.name, place, where)
            return
        module = node.module or ""
        if node.level:
            module = ""
        else:
            self.uses_module(module, place, where)
        known = module.split(".")[0] in ROOTS
        for alias in node.names:
            if alias.name == "*":
                self.star(module if known else None, scope, place, where)
                continue
            origin = f"{module}.{alias.name}" if known else None
            scope.set(alias.asname or alias.name, origin)
            self.use(origin, place, where)

    def star(self, module: str | None, scope: Scope, place: Place, where: _Where) -> None:
        if module is not None:
            scope.module.stars.insert(0, module)
            self.use(module, place, where)
        else:
            scope.module.outside = True

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, where: _Where) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.expression(part, scope, where)
        scope.set(node.name, None)
        scope.set(f"{node.name}()", self.returned(node, scope, where))
        self.later.append((node, scope, where))

    def returned(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, where: _Where
    ) -> str | None:
        """What a function gives back, where that is the same at each of its ends."""
        if self.silent:
            return None
        ends = [
            each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value is not None
        ]
        reader = _Reader(Uses(), self.exports, silent=True)
        inner = reader.body(node, scope, where)
        origins = {reader.origin(end, inner) for end in ends}
        return origins.pop() if len(origins) == 1 else None

    def body(self, node: Function, outer: Scope, where: _Where) -> Scope:
        scope = Scope(outer)
        arguments = node.args
        for each in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        ):
            if each is not None and not (each.arg == "self" and outer.names.get("self")):
                scope.names[each.arg] = None
        if isinstance(node, ast.Lambda):
            self.expression(node.body, scope, where)
        else:
            self.block(node.body, scope, where)
        return scope

    def class_(self, node: ast.ClassDef, scope: Scope, where: _Where) -> None:
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.expression(part, scope, where)
        bases = [origin for base in node.bases if (origin := self.origin(base, scope))]
        made = f"{bases[0]}()" if bases else None
        scope.set(node.name, None)
        scope.set(f"{node.name}()", made)
        self.block(node.body, Scope(scope, {"self": made}), where)

    # Names

    def bind(self, target: ast.expr, value: ast.expr | None, scope: Scope, where: _Where) -> None:
        sequence = ast.Tuple | ast.List
        if (
            isinstance(target, sequence)
            and isinstance(value, sequence)
            and len(target.elts) == len(value.elts)
        ):
            origins = [self.origin(each, scope) for each in value.elts]
            for each, origin in zip(target.elts, origins, strict=True):
                self.bind_to(each, origin, scope, where)
            return
        self.bind_to(target, self.origin(value, scope), scope, where)

    def bind_to(self, target: ast.expr, origin: str | None, scope: Scope, where: _Where) -> None:
        if isinstance(target, ast.Name):
            scope.set(target.id, origin)
            scope.set(f"{target.id}()", None)
        elif isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self.bind_to(each, origin and f"{origin}[]", scope, where)
        elif isinstance(target, ast.Starred):
            self.bind_to(target.value, None, scope, where)
        elif isinstance(target, ast.Attribute):
            base = self.origin(target.value, scope)
            if base is not None:  # an attribute that the program sets itself is no name of the package
                scope.module.names[f"{base}.{target.attr}"] = origin
            self.expression(target.value, scope, where)
        else:
            self.expression(target, scope, where)

    def origin(self, node: ast.AST | None, scope: Scope) -> str | None:
        return origin_of(node, scope, self.exports)

    # Expressions

    def expression(self, node: ast.expr | None, scope: Scope, where: _Where) -> None:
        if node is None:
            return
        if isinstance(node, ast.Lambda):
            self.later.append((node, scope, where))
            return
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            scope = Scope(scope)
            for part in node.generators:
                self.expression(part.iter, scope, where)
                origin = self.origin(part.iter, scope)
                self.bind_to(part.target, origin and f"{origin}[]", scope, where)
        if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            self.chain(node, scope, where)
            return
        if isinstance(node, ast.NamedExpr):
            self.bind(node.target, node.value, scope, where)
        for child in expressions_of(node):
            self.expression(child, scope, where)

    def chain(self, node: ast.expr, scope: Scope, where: _Where) -> None:
        """Calls, attributes and keys after each other: the whole is one use; what is within is read too."""
        if not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            root = self.origin(first_name(node), scope)
            self.use(self.origin(node, scope), where.place(node), where, node, root or "")
        while True:
            if isinstance(node, ast.Attribute):
                self.found(self.uses.attributes, (node.attr, where.place(node)))
                node = node.value
            elif isinstance(node, ast.Call):
                self.call(node, scope, where)
                node = node.func
            elif isinstance(node, ast.Subscript):
                self.text("[]", node.slice, last_name(node.value), where)
                self.expression(node.slice, scope, where)
                node = node.value
            else:
                if not isinstance(node, ast.Name):
                    self.expression(node, scope, where)
                return

    def call(self, node: ast.Call, scope: Scope, where: _Where) -> None:
        place = where.place(node)
        names = tuple(keyword.arg for keyword in node.keywords if keyword.arg is not None)
        starred = any(isinstance(each, ast.Starred) for each in node.args)
        origin = self.origin(node.func, scope)
        if origin is not None and not self.owned(origin):
            count = None if starred else len(node.args)
            more = len(names) < len(node.keywords)
            self.found(self.uses.calls, Call(origin, place, count, names, more, where.guarded, node))
        for keyword in node.keywords:
            if keyword.arg is not None:
                self.found(self.uses.keywords, (keyword.arg, where.place(keyword.value)))
                self.text(keyword.arg, keyword.value, last_name(node.func), where)
            self.expression(keyword.value, scope, where)
        for number, each in enumerate(node.args):
            self.text(f"{number}", each, last_name(node.func), where)
            self.expression(each.value if isinstance(each, ast.Starred) else each, scope, where)

    # What is found

    def text(self, given_to: str, node: ast.expr, of: str, where: _Where) -> None:
        for each in node.elts if isinstance(node, ast.List | ast.Tuple) else [node]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                self.found(self.uses.texts, Text(given_to, each.value, where.place(each), of))

    def uses_module(self, module: str, place: Place, where: _Where) -> None:
        self.found(self.uses.imports, Import(module, place, where.guarded))

    def use(
        self, origin: str | None, place: Place, where: _Where, node: ast.AST | None = None, root: str = ""
    ) -> None:
        if origin is not None and not self.owned(origin):
            self.found(self.uses.names, Use(origin, place, where.guarded, node, root))

    def owned(self, origin: str) -> bool:
        """Whether an attribute of an object on the way is one that a class of the program's own has."""
        _, called, rest = origin.partition("()")
        steps = rest.replace("()", "").replace("[]", "").split(".")
        return bool(called) and not self.own.isdisjoint(steps)

    def found(self, records: list[_Record], record: _Record) -> None:
        if not self.silent:
            records.append(record)
