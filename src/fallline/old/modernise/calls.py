"""Arguments by their names of today, and methods that are called otherwise."""

from __future__ import annotations

import ast
from typing import Any

from fallline.errors import FalllineError
from fallline.models.arguments import OLDER
from fallline.old.checking.arguments import refused
from fallline.old.checking.rooms import Absent
from fallline.old.keras.behaviour.facts import optimizer_defaults
from fallline.old.modernise.edits import Text
from fallline.old.modernise.imports import Imports
from fallline.old.modernise.left import Left
from fallline.old.modernise.names import today_of
from fallline.old.uses import Call

EVERYWHERE = {"nb_epoch": "epochs", "nb_val_samples": "validation_steps"}
"""Arguments whose old name nothing else has: renamed whatever is called."""
OF_FUNCTIONS = {("to_categorical", "nb_classes"): "num_classes", ("load_data", "nb_words"): "num_words"}
GONE = {
    "show_accuracy",
    "class_mode",
    "steps_per_execution",
    "run_eagerly",
    "save_format",
    "workers",
    "use_multiprocessing",
}
"""Arguments that need not be said."""


def rename_everywhere(tree: ast.Module, text: Text) -> None:
    """Renames the arguments that only old programs have, and takes out those that need not be said."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in EVERYWHERE:
                    text.rename(keyword, EVERYWHERE[keyword.arg])
                elif keyword.arg in GONE and isinstance(keyword.value, ast.Constant):
                    text.without(node, keyword)


def rename_arguments(call: Call, text: Text, imports: Imports, left: list[Left]) -> None:
    """Gives the arguments of a call their names of today; what is not taken is left."""
    if call.node is None:
        return
    found = today_of(call.origin)
    if isinstance(found, Absent):
        return  # said where the name is read
    names = []
    for keyword in call.node.keywords:
        if keyword.arg is None or keyword.arg in EVERYWHERE or keyword.arg in GONE:
            continue
        now = _now(found, call, keyword)
        if now == "decay":
            _decay(call.node, keyword, found, text, imports)
        elif now is None:
            text.without(call.node, keyword)
        elif now != keyword.arg:
            text.rename(keyword, now)
        names.append(now)
    for name, instead in refused(found, tuple(name for name in names if name and name != "decay")):
        left.append(Left(call.place.line, f"{call.last}({name}=): {instead}"))


def _now(found: object, call: Call, keyword: ast.keyword) -> str | None:
    """An argument's name of today; None: it is not needed."""
    name = str(keyword.arg)
    if (call.last, name) in OF_FUNCTIONS:
        return OF_FUNCTIONS[call.last, name]
    value = getattr(found, "value", None)
    if not isinstance(value, type):
        return OLDER.get(name, name) if name in ("input", "output") else name
    renamed = getattr(value, "renamed", {})
    if name in renamed:
        return str(renamed[name])
    if name == "decay" and "learning_rate" in getattr(value, "__dataclass_fields__", {}):
        return "decay"
    if name in ("input", "output") and call.last == "Model":
        return OLDER[name]
    modernised = getattr(value, "modernised", None)
    try:
        dropped = modernised is not None and not modernised({name: 0.5})
    except (FalllineError, TypeError, KeyError, ValueError):
        dropped = False
    return None if dropped else name


def _decay(node: ast.Call, keyword: ast.keyword, found: Any, text: Text, imports: Imports) -> None:
    """`decay=` of older Keras is a schedule of the learning rate."""
    if isinstance(keyword.value, ast.Constant) and not keyword.value.value:
        text.without(node, keyword)
        return
    rate = next((each for each in node.keywords if each.arg in ("lr", "learning_rate")), None)
    value: ast.AST | None = rate.value if rate is not None else node.args[0] if node.args else None
    cls: Any = getattr(found, "value", None)
    usual = (
        optimizer_defaults(cls.__name__).get("learning_rate")
        or cls.__dataclass_fields__["learning_rate"].default
    )
    start = text.of(value) if value is not None else str(usual)
    schedule = f"{imports.whole}.optimizers.schedules.InverseTimeDecay({start}, 1, {text.of(keyword.value)})"
    imports.needs_whole = True
    if value is not None:
        text.replace(value, schedule)
        text.without(node, keyword)
    else:
        text.replace(keyword, f"learning_rate={schedule}")
