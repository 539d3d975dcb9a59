"""The loss of a graph, as one of today, and what it is of."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from fallline.old.modernise.graphs.values import Node, NotUnderstoodError, Plain, Value

LOGITS = {
    "nn.softmax_cross_entropy_with_logits": "CategoricalCrossentropy",
    "nn.sparse_softmax_cross_entropy_with_logits": "SparseCategoricalCrossentropy",
    "nn.sigmoid_cross_entropy_with_logits": "BinaryCrossentropy",
}
READY = {
    "losses.mean_squared_error": "MeanSquaredError",
    "losses.softmax_cross_entropy": "CategoricalCrossentropy",
    "losses.sparse_softmax_cross_entropy": "SparseCategoricalCrossentropy",
    "losses.sigmoid_cross_entropy": "BinaryCrossentropy",
}

CLASSES = ("argmax", "cast", "round", "softmax", "sigmoid")
"""What makes a class of an output, and leaves its order."""


@dataclass(frozen=True)
class Loss:
    """A loss.

    Attributes:
        text: How it is written.
        output: The tensor that the network ends in.
        target: The placeholder of the targets.
        halved: What it is divided by besides, as text; empty for nothing.
        summed: Whether rows are summed where today's losses take the mean.
    """

    text: str
    output: Value
    target: Node
    halved: str = ""
    summed: bool = False


def read_loss(node: Value) -> Loss:
    """The loss that a node is."""
    if not isinstance(node, Node):
        raise NotUnderstoodError(None, "a loss that is no tensor.")
    if node.kind in READY:
        first, second = _argument(node, 0), _argument(node, 1)
        logits = "" if node.kind == "losses.mean_squared_error" else "from_logits=True"
        return Loss(f"fl.losses.{READY[node.kind]}({logits})", second, _placeholder(first, node))
    if (
        node.kind == "negative"
        and isinstance(inner := node.arguments[0], Node)
        and inner.kind in ("reduce_mean", "reduce_sum")
    ):
        return _cross_entropy(inner, negative=True)
    if node.kind == "divide" and isinstance(inner := node.arguments[0], Node) and inner.kind == "reduce_sum":
        return _sum_of_squares(inner, node.arguments[1])
    if node.kind in ("reduce_mean", "reduce_sum"):
        return _reduced(node)
    raise NotUnderstoodError(node.source, f"a loss that begins with tf.{node.kind}.")


def _reduced(node: Node) -> Loss:
    inner = _argument(node, 0)
    if not isinstance(inner, Node):
        raise NotUnderstoodError(node.source, "a loss of something that is no tensor.")
    summed = node.kind == "reduce_sum"
    if inner.kind in LOGITS:
        labels, logits = inner.by_name.get("labels"), inner.by_name.get("logits")
        if labels is None or logits is None:  # before 1.5 logits came first
            logits, labels = inner.arguments[:2]
        more = ', reduction="sum"' if summed else ""
        loss = f"fl.losses.{LOGITS[inner.kind]}(from_logits=True{more})"
        return Loss(loss, logits, _placeholder(labels, inner))
    if (pair := _square(inner)) is not None and not _axes(node):
        output, target = _output_and_target(*pair, inner)
        more = 'reduction="sum"' if summed else ""
        return Loss(f"fl.losses.MeanSquaredError({more})", output, target, summed=summed)
    return _cross_entropy(node, negative=False)


def _square(node: Node) -> tuple[Value, Value] | None:
    """What a square of a difference is of."""
    inner = node.arguments[0] if node.kind in ("square", "pow", "squared_difference") else None
    if node.kind == "squared_difference":
        return node.arguments[0], node.arguments[1]
    if node.kind == "pow" and not _is_number(node.arguments[1], 2):
        return None
    if isinstance(inner, Node) and inner.kind == "subtract":
        return inner.arguments[0], inner.arguments[1]
    return None


def _sum_of_squares(node: Node, by: Value) -> Loss:
    """The sum of squares over twice the rows, as regressions have it."""
    inner = _argument(node, 0)
    pair = _square(inner) if isinstance(inner, Node) else None
    if pair is None or not isinstance(by, Plain):
        raise NotUnderstoodError(node.source, "a quotient that is no loss that is known.")
    output, target = _output_and_target(*pair, node)
    return Loss("", output, target, halved=by.text, summed=True)


def _cross_entropy(node: Node, negative: bool) -> Loss:
    """`-sum(y log(p))` over the classes, its mean over the rows; and the same of one unit."""
    inner = _argument(node, 0)
    if isinstance(inner, Node) and inner.kind == "negative":
        negative, inner = not negative, inner.arguments[0]
    summed = node.kind == "reduce_sum"
    if isinstance(inner, Node) and inner.kind == "reduce_sum" and node.kind == "reduce_mean":
        if not _axes(inner):
            summed = True  # over the classes and the rows: the mean of one number is itself
        inner = _argument(inner, 0)
        if isinstance(inner, Node) and inner.kind == "negative":
            negative, inner = not negative, inner.arguments[0]
    elif node.kind == "reduce_mean":
        return _binary(node, inner, negative)
    if not negative or (pair := _times_log(inner)) is None:
        raise NotUnderstoodError(node.source, "a loss that is not known.")
    more = 'reduction="sum"' if summed else ""
    return Loss(f"fl.losses.CategoricalCrossentropy({more})", pair[1], _placeholder(pair[0], node))


def _binary(node: Node, inner: Value, negative: bool) -> Loss:
    """`-mean(y log(p) + (1 - y) log(1 - p))`."""
    if negative and isinstance(inner, Node) and inner.kind == "add":
        ones = _times_log(inner.arguments[0])
        zeros = _times_log(inner.arguments[1])
        if (
            ones is not None
            and zeros is not None
            and _one_minus(zeros[0]) is ones[0]
            and _one_minus(zeros[1]) is ones[1]
        ):
            return Loss("fl.losses.BinaryCrossentropy()", ones[1], _placeholder(ones[0], node))
    raise NotUnderstoodError(node.source, "a loss that is not known.")


def _one_minus(value: Value) -> Value | None:
    if isinstance(value, Node) and value.kind == "subtract" and _is_number(value.arguments[0], 1):
        return value.arguments[1]
    return None


def _times_log(value: Value) -> tuple[Value, Value] | None:
    """The factor and what is within the logarithm; limits on it are those of today's losses."""
    if not isinstance(value, Node) or value.kind != "multiply":
        return None
    for factor, other in (value.arguments[:2], value.arguments[1::-1]):
        if isinstance(other, Node) and other.kind == "log":
            inner = other.arguments[0]
            if isinstance(inner, Node) and inner.kind == "clip_by_value":
                inner = inner.arguments[0]
            return factor, inner
    return None


def _output_and_target(first: Value, second: Value, node: Node) -> tuple[Value, Node]:
    if isinstance(first, Node) and first.kind == "placeholder":
        first, second = second, first
    return first, _placeholder(second, node)


def _placeholder(value: Value | None, node: Node) -> Node:
    if isinstance(value, Node) and value.kind == "placeholder":
        return value
    raise NotUnderstoodError(node.source, "a loss whose targets are no placeholder.")


def _argument(node: Node, place: int) -> Value:
    names = (("labels", "onehot_labels", "multi_class_labels", "input_tensor"), ("predictions", "logits"))[
        place
    ]
    found = node.argument(place, *names)
    if found is None:
        raise NotUnderstoodError(node.source, f"tf.{node.kind} without its arguments.")
    return found


def _axes(node: Node) -> bool:
    return node.argument(1, "axis", "reduction_indices") is not None


def _is_number(value: Value, number: float) -> bool:
    node = value.expression if isinstance(value, Plain) else None
    return isinstance(node, ast.Constant) and node.value == number


def accuracy_of(value: Value, loss: Loss) -> str | None:
    """The metric that a tensor is: the share of rows whose class is right; None for something else."""
    if not isinstance(value, Node) or value.kind != "reduce_mean":
        return None
    inner = _argument(value, 0)
    if isinstance(inner, Node) and inner.kind == "cast":
        inner = inner.arguments[0]
    if not isinstance(inner, Node) or inner.kind != "equal":
        return None
    pairs = [_within(each, loss.output) for each in inner.arguments[:2]]
    if {id(end) for end, _ in pairs} != {id(loss.output), id(loss.target)}:
        return None
    if "Binary" in loss.text and "logits" in loss.text:
        # Probabilities from a half on are logits from nothing on.
        known = any("sigmoid" in through for _, through in pairs)
        return 'fl.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")' if known else None
    return '"accuracy"'


def _within(value: Value, output: Value) -> tuple[Value, tuple[str, ...]]:
    """What a class is told of, and through what."""
    through: tuple[str, ...] = ()
    while isinstance(value, Node) and value is not output:
        if value.kind not in CLASSES and not (
            value.kind == "greater" and _is_number(value.arguments[1], 0.5)
        ):
            break
        through += (value.kind,)
        value = value.arguments[0]
    return value, through
