"""What a model answers: classes, probabilities, and what `fit` recorded, by the names of today."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from fallline.old.age import Age
from fallline.old.keras.behaviour.spellings import LATER_THAN_2_3
from fallline.old.modernise.edits import Text
from fallline.old.modernise.left import Left
from fallline.old.uses import Uses

GENERATORS = ("fit_generator", "evaluate_generator", "predict_generator")
ACTING = ("EarlyStopping", "ReduceLROnPlateau")
VALIDATING = ("validation_data", "validation_split")
TRANSLATED = ("predict_classes", "predict_proba", *GENERATORS)
"""Methods that are written otherwise, or left, whatever they are called on."""


def rename_methods(tree: ast.Module, uses: Uses, text: Text, left: list[Left]) -> None:
    """`predict_classes` and `predict_proba` by `predict`."""
    models = {call.node for call in uses.calls}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        start = text.end(node.func) - len(name)
        if name == "predict_proba" and (node in models or not _of_scikit_learn(tree)):
            text.change(start, text.end(node.func), "predict")
        elif name == "predict_classes":
            last = _last_layers(tree)
            if len(last) != 1:
                left.append(
                    Left(
                        node.lineno,
                        "predict_classes: write predict(x).argmax(-1), or predict(x) > 0.5 for one unit.",
                    )
                )
                continue
            text.change(start, text.end(node.func), "predict")
            if last == {"one"}:
                text.change(text.start(node), text.start(node), "(")
                text.change(text.end(node), text.end(node), ' > 0.5).astype("int32")')
            else:
                text.change(text.end(node), text.end(node), ".argmax(axis=-1)")
        elif name in GENERATORS:
            left.append(Left(node.lineno, f"{name}: data are arrays: write {name.split('_')[0]}(x, y)."))


def _of_scikit_learn(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sklearn")
        for node in ast.walk(tree)
    )


def _last_layers(tree: ast.Module) -> set[str]:
    """Whether the models end in one unit, or in several: told by what activation makes a class of it."""
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    if "softmax" in texts | names:
        return {"several"}
    return {"one"} if "sigmoid" in texts | names else set()


def check_monitors(tree: ast.Module, uses: Uses, left: list[Left]) -> None:
    """What acts on validation where there is none did nothing in Keras, and is a mistake today."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if any(keyword.arg in VALIDATING for call in calls for keyword in call.keywords):
        return
    for call in uses.calls:
        if call.node is None or call.last not in ACTING or call.positional:
            continue
        monitor = next((each.value for each in call.node.keywords if each.arg == "monitor"), None)
        told = (
            str(monitor.value) if isinstance(monitor, ast.Constant) else "val_loss" if monitor is None else ""
        )
        if told.startswith("val_"):
            left.append(
                Left(
                    call.place.line,
                    f"{call.last} acts on {told}, and fit has no validation data: leave it out, or give some.",
                )
            )


def rename_keys(tree: ast.Module, text: Text, age: Age) -> None:
    """Keys of what `fit` recorded: `acc` of before Keras 2.3 is `accuracy`."""
    if not age.before((2, 3)):
        return
    metrics = set(_metrics(tree))
    keys: dict[str, str] = {}
    for now, then in LATER_THAN_2_3.items():
        if now in metrics:
            keys |= {then: now, f"val_{then}": f"val_{now}"}
    for node in ast.walk(tree):
        for constant in _asked(node):
            _rename(constant, keys, text)


def _metrics(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "metrics":
            for each in ast.walk(node.value):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield each.value


def _asked(node: ast.AST) -> Iterator[ast.Constant]:
    """The texts by which a record is asked: keys, `monitor=`, the first argument of `get`, and names of files."""
    found: list[ast.AST] = []
    if isinstance(node, ast.Subscript):
        found = [node.slice]
    elif isinstance(node, ast.keyword) and node.arg == "monitor":
        found = [node.value]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        found = list(node.args[:1])
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value:
        found = [node]
    yield from (each for each in found if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _rename(node: ast.Constant, keys: dict[str, str], text: Text) -> None:
    said = text.of(node)
    for old, new in keys.items():
        if node.value == old:
            text.replace(node, said.replace(old, new))
            return
        if f"{{{old}:" in str(node.value) or f"{{{old}}}" in str(node.value):
            text.replace(node, said.replace(f"{{{old}:", f"{{{new}:").replace(f"{{{old}}}", f"{{{new}}}"))
            return


def ask_for_accuracy(tree: ast.Module, text: Text) -> None:
    """`show_accuracy=True` of Keras 0.3 is a metric that `compile` is given."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    shown = [
        keyword
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "show_accuracy" and isinstance(keyword.value, ast.Constant) and keyword.value.value
    ]
    if not shown:
        return
    for call in calls:
        compiles = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
        if compiles and not any(keyword.arg == "metrics" for keyword in call.keywords):
            text.more(call, 'metrics=["accuracy"]')
