"""A loop around a step of training, as arguments of `fit`."""

from __future__ import annotations

import ast
from collections.abc import Collection

from fallline.old.modernise.graphs.steps import Run, Training
from fallline.old.modernise.graphs.values import Node, NotUnderstoodError, Value

CALLED = {
    "print",
    "append",
    "format",
    "len",
    "int",
    "float",
    "str",
    "join",
    "range",
    "zip",
    "next_batch",
    "run",
    "eval",
    "time",
}
"""What a loop calls beside training that changes nothing."""


def read_loop(loops: list[ast.For], step: Run) -> Training:
    """What one or two loops around a step do.

    Args:
        loops: The loops, the outer one first.
        step: The run of the step.
    """
    made = _made(loops)
    feeds = {placeholder: _written(value, made) for placeholder, value in step.feeds.items()}
    inner = loops[-1]
    batch = next((value for value in made.values() if _is_next_batch(value)), None)
    if batch is not None:
        return _of_batches(loops, feeds, batch)
    if isinstance(inner.iter, ast.Call) and _called(inner.iter) == "zip":
        rows = _zipped(inner)
        feeds = {placeholder: rows.get(text, text) for placeholder, text in feeds.items()}
        return Training(feeds, _count(loops[:-1], inner), "1")
    sliced = {placeholder: _slice(value, made) for placeholder, value in step.feeds.items()}
    if all(each is not None for each in sliced.values()) and len(loops) > 1:
        feeds = {placeholder: each[0] for placeholder, each in sliced.items() if each is not None}
        (size,) = {each[1] for each in sliced.values() if each is not None} or {""}
        return Training(feeds, _count(loops[:-1], inner), size)
    names = {name for loop in loops for name in _targets(loop)} | set(made)
    for value in step.feeds.values():
        if used := sorted(names & {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}):
            raise NotUnderstoodError(value, f"a feed that the loop makes, by {used[0]}.")
    if len(loops) > 1:
        raise NotUnderstoodError(inner, "a loop within a loop that feeds the same rows.")
    return Training(feeds, _range(loops[0]), None)


def _made(loops: list[ast.For]) -> dict[str, ast.expr]:
    """What the loops assign: name -> its value."""
    made: dict[str, ast.expr] = {}
    for statement in (each for loop in loops for each in loop.body):
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
            if isinstance(target, ast.Name):
                made[target.id] = value
            elif isinstance(target, ast.Tuple):
                values = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
                made |= {
                    each.id: inner
                    for each, inner in zip(target.elts, values, strict=False)
                    if isinstance(each, ast.Name)
                }
    return made


def _written(node: ast.expr, made: dict[str, ast.expr]) -> str:
    """A feed as text; a batch by the rows that it is of."""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and _is_next_batch(made.get(node.value.id))
    ):
        return "images" if ast.unparse(node.slice) == "0" else "labels"
    if isinstance(node, ast.Name) and _is_next_batch(made.get(node.id)):
        return node.id
    return ast.unparse(node)


def _of_batches(loops: list[ast.For], feeds: dict[Node, str], batch: ast.expr) -> Training:
    """Batches of a data set: `images, labels = mnist.train.next_batch(batch_size)`."""
    assert isinstance(batch, ast.Call)
    assert isinstance(batch.func, ast.Attribute)
    rows = ast.unparse(batch.func.value)
    order = _order(loops, batch)
    told = {
        placeholder: f"{rows}.{order.get(text, text)}"
        for placeholder, text in feeds.items()
        if order.get(text)
    }
    others = {placeholder: text for placeholder, text in feeds.items() if not order.get(text)}
    size = ast.unparse(batch.args[0])
    if len(loops) == 1:
        return Training(told, "1", size, steps=_range(loops[0]), shuffle=True, others=others)
    steps = _steps(loops, size)
    return Training(told, _count(loops[:-1], loops[-1]), size, steps=steps, shuffle=True, others=others)


def _steps(loops: list[ast.For], size: str) -> str | None:
    """The steps of an epoch as text; None where they are those of all rows."""
    text = _range(loops[-1])
    value = _made(loops).get(text)
    text = ast.unparse(value) if value is not None else text
    return None if "num_examples" in text and size in text else text


def _order(loops: list[ast.For], batch: ast.expr) -> dict[str, str]:
    """The names of a batch's parts -> `images` and `labels`."""
    for statement in (each for loop in loops for each in loop.body):
        if isinstance(statement, ast.Assign) and statement.value is batch:
            target = statement.targets[0]
            if isinstance(target, ast.Tuple):
                return {ast.unparse(target.elts[0]): "images", ast.unparse(target.elts[1]): "labels"}
    return {"images": "images", "labels": "labels"}


def _is_next_batch(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and _called(node) == "next_batch"


def _called(node: ast.Call) -> str:
    return (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )


def _targets(loop: ast.For) -> list[str]:
    return [each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)]


def _zipped(loop: ast.For) -> dict[str, str]:
    assert isinstance(loop.iter, ast.Call)
    return dict(zip(_targets(loop), map(ast.unparse, loop.iter.args), strict=False))


def _slice(node: ast.expr, made: dict[str, ast.expr]) -> tuple[str, str] | None:
    """The rows and the size of a batch that is cut from them: `x[i * size:(i + 1) * size]`."""
    if isinstance(node, ast.Name) and node.id in made:
        node = made[node.id]
    if not isinstance(node, ast.Subscript):
        return None
    cut = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
    if not isinstance(cut, ast.Slice) or cut.lower is None or cut.upper is None:
        return None
    lower, upper = (
        made.get(each.id, each) if isinstance(each, ast.Name) else each for each in (cut.lower, cut.upper)
    )
    if not isinstance(lower, ast.BinOp) or not isinstance(lower.op, ast.Mult):
        return None
    number, size = ast.unparse(lower.left), ast.unparse(lower.right)
    again = {f"({number} + 1) * {size}", f"{number} * {size} + {size}", f"{ast.unparse(cut.lower)} + {size}"}
    return (ast.unparse(node.value), size) if ast.unparse(upper) in again else None


def _count(loops: list[ast.For], within: ast.AST) -> str:
    if len(loops) != 1:
        raise NotUnderstoodError(within, "more than two loops around the step.")
    return _range(loops[0])


def _range(loop: ast.For) -> str:
    """How often a loop goes round, as text."""
    if (
        isinstance(loop.iter, ast.Call)
        and _called(loop.iter) in ("range", "xrange")
        and len(loop.iter.args) <= 2
    ):
        *begin, end = map(ast.unparse, loop.iter.args)
        return f"{end} - {begin[0]}" if begin and begin != ["0"] else end
    raise NotUnderstoodError(loop, "a loop that is no range.")


def check_loop(loops: list[ast.For], runs: list[Run], kept: Collection[ast.Call]) -> None:
    """Raises what a loop does beside training that `fit` does not do.

    What is printed, and the sums that are printed, may go: `fit` prints the loss of each epoch.
    """
    known = {run.node for run in runs}
    for loop in loops:
        for node in ast.walk(loop):
            if isinstance(node, ast.Break | ast.While | ast.Try):
                raise NotUnderstoodError(
                    node, "a loop that ends by a rule of its own; EarlyStopping is one of today."
                )
            if isinstance(node, ast.Call) and node not in known and _called(node) not in CALLED:
                raise NotUnderstoodError(node, f"{ast.unparse(node.func)} within the loop that trains.")
            if isinstance(node, ast.Call) and _called(node) == "append" and node not in kept:
                raise NotUnderstoodError(
                    node, "a list that the loop fills; history.history has the loss of each epoch."
                )


def kept_losses(loops: list[ast.For], runs: list[Run], loss: Value) -> dict[str, ast.Call]:
    """Lists that each epoch adds its loss to: name -> the call that adds it."""
    losses = _losses(loops[0], runs, loss)
    found: dict[str, ast.Call] = {}
    for statement in loops[0].body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if (
            not isinstance(call, ast.Call)
            or not isinstance(call.func, ast.Attribute)
            or call.func.attr != "append"
        ):
            continue
        held, value = call.func.value, call.args[0] if len(call.args) == 1 else None
        if isinstance(held, ast.Name) and isinstance(value, ast.Name) and value.id in losses:
            found[held.id] = call
    return found


def _losses(loop: ast.For, runs: list[Run], loss: Value) -> set[str]:
    """What an epoch's loss goes by: the second of `_, c = sess.run([step, loss])`, and sums of it over the batches."""
    fetched = {run.node: run.fetches for run in runs if len(run.fetches) > 1}
    found: set[str] = set()
    for each in ast.walk(loop):
        if (
            isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Call)
            and isinstance(each.targets[0], ast.Tuple)
        ):
            pairs = zip(each.targets[0].elts, fetched.get(each.value, ()), strict=False)
            found |= {name.id for name, fetch in pairs if fetch is loss and isinstance(name, ast.Name)}
    for each in ast.walk(loop):
        if (
            isinstance(each, ast.AugAssign)
            and isinstance(each.target, ast.Name)
            and isinstance(each.op, ast.Add)
        ):
            means = "/" in ast.unparse(each.value)  # a part of the mean; a sum alone is another number
            if means and found & {name.id for name in ast.walk(each.value) if isinstance(name, ast.Name)}:
                found.add(each.target.id)
    return found
