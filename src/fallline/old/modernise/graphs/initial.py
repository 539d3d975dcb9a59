"""How a variable begins, as an initializer of today."""

from __future__ import annotations

import ast

from fallline.old.modernise.graphs.values import Node, NotUnderstoodError, Plain, Value

DRAWN = {
    "random_normal": ("RandomNormal", {"mean": "0.0", "stddev": "1.0"}),
    "truncated_normal": ("TruncatedNormal", {"mean": "0.0", "stddev": "1.0"}),
    "random_uniform": ("RandomUniform", {"minval": "0.0", "maxval": "1.0"}),
}
"""What draws a tensor -> the initializer, and its arguments with TensorFlow's defaults."""
MADE = {
    "zeros_initializer": '"zeros"', "ones_initializer": '"ones"', "glorot_uniform_initializer": '"glorot_uniform"',
    "contrib.layers.xavier_initializer": '"glorot_uniform"', "glorot_normal_initializer": '"glorot_normal"',
}  # fmt: skip


def initializer(variable: Node) -> str:
    """The initializer of a variable, as text with `fl.` before its name."""
    if variable.kind == "get_variable":
        return _of_get_variable(variable)
    begin = variable.argument(0, "initial_value")
    if isinstance(begin, Plain):
        if _is_number(begin.expression):
            return f"fl.initializers.Constant({begin.text})"
        raise NotUnderstoodError(variable.source, "a variable that begins as an array of the program's.")
    if not isinstance(begin, Node):
        raise NotUnderstoodError(variable.source, "a variable whose beginning the text does not tell.")
    if begin.kind in ("zeros", "ones"):
        return f'"{begin.kind}"'
    if begin.kind == "constant":
        value = begin.argument(0, "value")
        if isinstance(value, Plain) and _is_number(value.expression):
            return f"fl.initializers.Constant({value.text})"
    if begin.kind in DRAWN:
        return _drawn(begin)
    raise NotUnderstoodError(variable.source, f"a variable that begins as tf.{begin.kind}.")


def _drawn(begin: Node, first: int = 1) -> str:
    name, defaults = DRAWN[begin.kind.removesuffix("_initializer")]
    said = []
    for place, (argument, usual) in enumerate(defaults.items(), first):
        given = begin.argument(place, argument)
        if given is not None and not isinstance(given, Plain):
            raise NotUnderstoodError(begin.source, "an initial value that is drawn by a tensor.")
        text = given.text if given is not None else usual
        if argument != "mean" or text not in ("0.0", "0"):
            said.append(f"{argument}={text}")
    if (seed := begin.by_name.get("seed")) is not None and isinstance(seed, Plain):
        said.append(f"seed={seed.text}")
    return f"fl.initializers.{name}({', '.join(said)})"


def _of_get_variable(variable: Node) -> str:
    made = variable.argument(3, "initializer")
    if made is None:
        return '"glorot_uniform"'
    if isinstance(made, Node) and made.kind in MADE:
        return MADE[made.kind]
    if isinstance(made, Node) and made.kind.removesuffix("_initializer") in DRAWN:
        return _drawn(made, first=0)
    if (
        isinstance(made, Node)
        and made.kind == "constant_initializer"
        and isinstance(value := made.argument(0, "value"), Plain)
    ):
        return f"fl.initializers.Constant({value.text})"
    raise NotUnderstoodError(variable.source, "a variable whose beginning is not known.")


def _is_number(node: ast.expr) -> bool:
    """Whether an expression surely gives one number: a number, or a draw without a shape."""
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    if isinstance(node, ast.Call):
        return (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ("randn", "random", "rand")
            and not node.args
        )
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def shape_of(value: Value | None) -> list[str] | None:
    """The shape that an expression tells, each number as text; None where it tells none."""
    if isinstance(value, Node):
        if value.kind == "constant":
            inner = value.argument(0, "value")
            told = value.argument(2, "shape")
            return shape_of(told) if told is not None else shape_of(inner)
        told = value.argument(0, "shape")
        return shape_of(told) if value.kind in ("zeros", "ones", *DRAWN) and told is not None else None
    if not isinstance(value, Plain) or (
        isinstance(value.expression, ast.Constant) and value.expression.value is None
    ):
        return None
    if isinstance(value.expression, ast.List | ast.Tuple):
        return [ast.unparse(each) for each in value.expression.elts]
    return [] if _is_number(value.expression) else None
