"""Defaults that were others: they are written out, so that the numbers stay."""

from __future__ import annotations

import ast

from fallline.old.age import Age
from fallline.old.modernise.edits import Text
from fallline.old.modernise.imports import Imports
from fallline.old.uses import Uses

RATES = {"Adadelta": 1.0, "Adagrad": 0.01, "Nadam": 0.002, "Adamax": 0.002}
"""Learning rates of the package `keras` until 2.3; TensorFlow's Keras has 0.001 for all of them. Source: its optimizers.py, 2.3.1."""


def write_defaults(tree: ast.Module, uses: Uses, age: Age, text: Text, imports: Imports) -> None:
    """Writes out the learning rates that were others in the program's years."""
    if age.keras_of != "keras" or not age.before((2, 4)):
        return
    for call in uses.calls:
        rate = RATES.get(call.last)
        given = call.node is None or call.node.args or {"lr", "learning_rate"} & {*call.keywords}
        if rate is not None and not given and call.node is not None:
            text.more(call.node, f"learning_rate={rate}")
    by_name = {name.casefold(): name for name in RATES}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "optimizer" and isinstance(node.value, ast.Constant):
            name = by_name.get(str(node.value.value).casefold())
            if name is not None:
                imports.needs_whole = True
                text.replace(
                    node.value, f"{imports.whole}.optimizers.{name}(learning_rate={RATES[name]})"
                )
