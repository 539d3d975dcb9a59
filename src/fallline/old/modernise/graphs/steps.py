"""The optimizer of a graph, and the loop that trains it, as arguments of `compile` and `fit`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from fallline.old.modernise.graphs.reading import Reader
from fallline.old.modernise.graphs.values import Node, NotUnderstoodError, Plain, Several, Value

OPTIMIZERS: dict[str, tuple[str, dict[str, tuple[str, str]], str]] = {
    "train.GradientDescentOptimizer": ("SGD", {"learning_rate": ("learning_rate", "")}, ""),
    "train.MomentumOptimizer": (
        "SGD", {"learning_rate": ("learning_rate", ""), "momentum": ("momentum", ""), "use_nesterov": ("nesterov", "")}, "",
    ),
    "train.AdamOptimizer": (
        "Adam",
        {"learning_rate": ("learning_rate", ""), "beta1": ("beta_1", ""), "beta2": ("beta_2", ""), "epsilon": ("epsilon", "1e-08")},
        "",
    ),
    "train.AdagradOptimizer": ("Adagrad", {"learning_rate": ("learning_rate", "")}, "epsilon=1e-30"),
}  # fmt: skip
"""TensorFlow's optimizer -> Fallline's, its arguments in their order with their names and what they begin with there."""

REPORTING = {
    "print",
    "append",
    "format",
    "add_summary",
    "flush",
    "time",
    "len",
    "int",
    "float",
    "str",
    "join",
    "write",
}
"""What a loop calls beside training without changing it."""


def optimizer(train: Value) -> tuple[str, Value]:
    """The optimizer of a step, as text, and the loss that it makes smaller."""
    if not isinstance(train, Node) or train.kind != ".minimize":
        raise NotUnderstoodError(getattr(train, "source", None), "a step that no optimizer's minimize makes.")
    made = train.arguments[0]
    loss = train.argument(1, "loss")
    if not isinstance(made, Node) or made.kind not in OPTIMIZERS or loss is None:
        kind = f"tf.{made.kind}" if isinstance(made, Node) else "an optimizer"
        raise NotUnderstoodError(train.source, f"{kind} is no optimizer that is known.")
    name, arguments, more = OPTIMIZERS[made.kind]
    said = []
    for place, (old, (new, usual)) in enumerate(arguments.items()):
        given = made.argument(place, old)
        if given is not None and not isinstance(given, Plain):
            raise NotUnderstoodError(made.source, "a rate that is a tensor.")
        if given is not None or usual:
            said.append(f"{new}={given.text if given is not None else usual}")
    return f"fl.optimizers.{name}({', '.join([*said, more] if more else said)})", loss


@dataclass
class Training:
    """What a loop does.

    Attributes:
        feeds: Placeholder -> what it is fed, as text.
        epochs: As text.
        batch_size: As text; None: that of the rows.
        steps: Steps of an epoch as text, where they are told.
        shuffle: Whether the rows come in a new order.
    """

    feeds: dict[Node, str]
    epochs: str
    batch_size: str | None
    steps: str | None = None
    shuffle: bool = False
    others: dict[Node, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run of a session: what is fetched and what is fed."""

    node: ast.Call
    fetches: tuple[Value, ...]
    feeds: dict[Node, ast.expr]


def runs(tree: ast.AST, reader: Reader, sessions: set[str]) -> Iterator[Run]:
    """The runs of sessions within a statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (run := read_run(node, reader, sessions)) is not None:
            yield run


def read_run(node: ast.Call, reader: Reader, sessions: set[str]) -> Run | None:
    """The run that a call is, None where it is none."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("run", "eval"):
        return None
    fed = next((each.value for each in node.keywords if each.arg == "feed_dict"), None)
    if isinstance(node.func.value, ast.Name) and node.func.value.id in sessions:
        if not node.args:
            raise NotUnderstoodError(node, "a run without what it fetches.")
        fetched, rest = reader.value(node.args[0]), node.args[1:]
    else:
        fetched, rest = reader.value(node.func.value), node.args
        if not isinstance(fetched, Node):
            return None
    fed = fed or (rest[0] if rest else None)
    fetches = tuple(fetched.items.values()) if isinstance(fetched, Several) else (fetched,)
    return Run(node, fetches, _feeds(fed, reader))


def _feeds(fed: ast.expr | None, reader: Reader) -> dict[Node, ast.expr]:
    if fed is None:
        return {}
    if isinstance(fed, ast.Name) and isinstance(held := reader.names.get(fed.id), Several):
        pairs = [(reader.value(key), value) for key, value in held.items.items() if isinstance(key, ast.expr)]
        if all(isinstance(key, Node) and isinstance(value, Plain) for key, value in pairs):
            return {
                key: value.expression
                for key, value in pairs
                if isinstance(key, Node) and isinstance(value, Plain)
            }
    if not isinstance(fed, ast.Dict):
        raise NotUnderstoodError(fed, "a dictionary of feeds that stands elsewhere.")
    found: dict[Node, ast.expr] = {}
    for key, value in zip(fed.keys, fed.values, strict=True):
        placeholder = reader.value(key) if key is not None else None
        if not isinstance(placeholder, Node) or placeholder.kind != "placeholder":
            raise NotUnderstoodError(fed, "a feed of something that is no placeholder.")
        found[placeholder] = value
    return found
