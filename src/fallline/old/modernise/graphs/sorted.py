"""The statements of a graph program by what they do."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from fallline.old.modernise.graphs.reading import Reader, is_text
from fallline.old.modernise.graphs.steps import Run, runs
from fallline.old.modernise.graphs.values import Function, Node, NotUnderstoodError
from fallline.old.uses.records import ROOTS

SESSIONS = ("Session", "InteractiveSession")
IDLE = {
    "reset_default_graph", "disable_v2_behavior", "disable_eager_execution", "logging.set_verbosity",
    "python.framework.ops.reset_default_graph",
}  # fmt: skip
"""Calls that need no counterpart."""

MAIN = ("main", "train", "run", "run_training")
"""Functions that are the program, where they are called without arguments."""


@dataclass
class Sorted:
    """A program's statements.

    Attributes:
        before: Plain ones before training, in their order.
        after: Plain ones after it, those that ask the session among them.
        loops: The loops around the step.
        steps: The runs of the step.
        reader: What the names stand for.
        sessions: The names of sessions.
        seed: What the graph's seed is, as text.
    """

    reader: Reader
    before: list[ast.stmt] = field(default_factory=list)
    after: list[ast.stmt] = field(default_factory=list)
    loops: list[ast.For] = field(default_factory=list)
    steps: list[Run] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    seed: str | None = None


def sort_statements(tree: ast.Module) -> Sorted:
    """Sorts the statements of a program.

    Raises:
        NotUnderstoodError: a statement has no place in a program of the common shape.
    """
    found = Sorted(Reader({}))
    for statement in flat(tree.body):
        _sort(statement, found)
    if not found.steps:
        raise NotUnderstoodError(None, "there is no loop that runs the step of an optimizer.")
    return found


def flat(statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a program, with those of `main` where it is called."""
    mains = {
        each.name: each for each in statements if isinstance(each, ast.FunctionDef) and each.name in MAIN
    }
    found: list[ast.stmt] = []
    for statement in statements:
        inner = [statement]
        if (
            isinstance(statement, ast.If)
            and "__name__" in ast.unparse(statement.test)
            and not statement.orelse
        ):
            inner = statement.body
        for each in inner:
            called = (
                ast.unparse(each.value.func)
                if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call)
                else ""
            )
            name = "main" if called == "tf.app.run" else called
            if name in mains:
                found += [part for part in mains[name].body if not is_text(part)]
            elif each not in mains.values():
                found.append(each)
    return found


def _sort(statement: ast.stmt, found: Sorted) -> None:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        _import(statement, found)
    elif isinstance(statement, ast.With):
        _with(statement, found)
    elif isinstance(statement, ast.For) and (steps := _steps(statement, found)):
        if found.steps:
            raise NotUnderstoodError(statement, "a second loop that trains.")
        found.loops, found.steps = _around(statement, steps[0]), steps
    elif isinstance(statement, ast.FunctionDef) and _speaks(statement, found):
        found.reader.names[statement.name] = Function(statement)
    elif isinstance(statement, ast.Expr) and not is_text(statement):
        _expression(statement, found)
    elif isinstance(statement, ast.Assign) and not _asks(statement, found):
        if not _graph(statement, found):
            _plain(statement, found)
    else:
        _plain(statement, found)


def _plain(statement: ast.stmt, found: Sorted) -> None:
    (found.after if found.steps else found.before).append(statement)


def _import(statement: ast.Import | ast.ImportFrom, found: Sorted) -> None:
    module = statement.module or "" if isinstance(statement, ast.ImportFrom) else ""
    ours = [
        (alias, f"{module}.{alias.name}".strip("."))
        for alias in statement.names
        if f"{module}.{alias.name}".strip(".").split(".")[0] in ROOTS
    ]
    for alias, name in ours:
        if "keras" in name:
            raise NotUnderstoodError(statement, "Keras within a program of graphs.")
        if name.endswith("input_data"):
            found.before.append(statement)
        else:
            bound = alias.asname or alias.name.split(".")[0]
            found.reader.spaces[bound] = name if alias.asname or module else bound
    if not ours:
        found.before.append(statement)


def _with(statement: ast.With, found: Sorted) -> None:
    for item in statement.items:
        made = found.reader.value(item.context_expr)
        kind = made.kind if isinstance(made, Node) else ""
        if kind in SESSIONS and isinstance(item.optional_vars, ast.Name):
            found.sessions.add(item.optional_vars.id)
        elif kind not in ("name_scope", "variable_scope", *SESSIONS):
            raise NotUnderstoodError(statement, "a `with` that is neither a session nor a scope of names.")
    for inner in statement.body:
        _sort(inner, found)


def _graph(statement: ast.Assign, found: Sorted) -> bool:
    """Whether an assignment makes nodes, or a session."""
    if not found.reader.assign(statement):
        return False
    target = statement.targets[0]
    value = found.reader.names.get(target.id) if isinstance(target, ast.Name) else None
    if isinstance(value, Node) and value.kind in SESSIONS and isinstance(target, ast.Name):
        found.sessions.add(target.id)
    return True


def _expression(statement: ast.Expr, found: Sorted) -> None:
    node = statement.value
    value = found.reader.value(node)
    kind = value.kind if isinstance(value, Node) else ""
    if kind in ("set_random_seed", "random.set_random_seed") and isinstance(node, ast.Call):
        found.seed = ast.unparse(node.args[0])
    elif kind in IDLE or _closes(node, found) or all_initial(statement, found):
        return
    elif steps := _steps(statement, found):
        raise NotUnderstoodError(steps[0].node, "a step without a loop around it.")
    elif kind and not kind.startswith("."):
        raise NotUnderstoodError(statement, f"tf.{kind} has no counterpart.")
    else:
        _plain(statement, found)


def all_initial(statement: ast.stmt, found: Sorted) -> bool:
    """Whether it only gives variables their initial values."""
    asked = list(runs(statement, found.reader, found.sessions))
    kinds = {fetch.kind if isinstance(fetch, Node) else "" for run in asked for fetch in run.fetches}
    return bool(kinds) and kinds <= {"global_variables_initializer", "local_variables_initializer"}


def _closes(node: ast.expr, found: Sorted) -> bool:
    if not isinstance(node, ast.Call):
        return False
    of = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(of, ast.Name) and of.id in found.sessions and ast.unparse(node.func).endswith(".close")


def _asks(statement: ast.stmt, found: Sorted) -> bool:
    return bool(found.sessions) and any(runs(statement, found.reader, found.sessions))


def _steps(statement: ast.stmt, found: Sorted) -> list[Run]:
    def trains(run: Run) -> bool:
        return any(isinstance(fetch, Node) and fetch.kind == ".minimize" for fetch in run.fetches)

    return [run for run in runs(statement, found.reader, found.sessions) if trains(run)]


def _around(statement: ast.For, step: Run) -> list[ast.For]:
    """The loops around a step, the outer one first."""
    loops = [statement]
    while inner := [
        each for each in loops[-1].body if isinstance(each, ast.For) and step.node in ast.walk(each)
    ]:
        loops.append(inner[0])
    return loops


def _speaks(function: ast.FunctionDef, found: Sorted) -> bool:
    """Whether a function makes nodes."""
    return any(
        found.reader.dotted(each) is not None
        for each in ast.walk(function)
        if isinstance(each, ast.Attribute)
    )
