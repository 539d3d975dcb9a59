"""The layers between a placeholder and a tensor."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from fallline.old.modernise.graphs.initial import initializer, shape_of
from fallline.old.modernise.graphs.values import Node, NotUnderstoodError, Plain, Value

ACTIVATIONS = ("relu", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus")


@dataclass
class Dense:
    """A dense layer: its units as text, its arguments, and the variables that it stands for."""

    units: str
    arguments: dict[str, str]
    weights: tuple[Node, ...] = ()

    def text(self, whole: str) -> str:
        """The layer as it is written."""
        more = "".join(f", {name}={value}" for name, value in self.arguments.items())
        return f"{whole}.layers.Dense({self.units}{more})"


@dataclass
class Dropout:
    """A dropout layer, by what is kept."""

    keep: Value
    weights: tuple[Node, ...] = ()


Layers = list[Dense | Dropout]


@dataclass
class Network:
    """The layers from a placeholder on.

    Attributes:
        input: The placeholder.
        width: How many columns it has, as text.
        layers: The layers.
        single: Whether a row is a single number without an axis of its own.
    """

    input: Node
    width: str
    layers: Layers
    single: bool = False


def network(tensor: Value | None) -> Network:
    """The network that ends in a tensor."""
    if not isinstance(tensor, Node):
        raise NotUnderstoodError(None, "the output is no tensor.")
    if tensor.kind == "placeholder":
        shape = shape_of(tensor.argument(1, "shape"))
        if shape is not None and len(shape) == 2:
            return Network(tensor, shape[1], [])
        if shape is None or len(shape) <= 1:
            return Network(tensor, "1", [], single=True)
        raise NotUnderstoodError(tensor.source, "an input whose rows are no vectors.")
    if tensor.kind in ACTIVATIONS:
        return _activated(tensor)
    if tensor.kind in ("add", "nn.bias_add", "xw_plus_b", "matmul", "multiply"):
        return _dense(tensor)
    if tensor.kind == "layers.dense":
        return _ready_made(tensor)
    if tensor.kind == "nn.dropout":
        inner = network(tensor.argument(0, "x"))
        keep = tensor.argument(1, "keep_prob")
        if keep is None or "rate" in tensor.by_name:
            raise NotUnderstoodError(tensor.source, "a dropout by its rate.")
        inner.layers.append(Dropout(keep))
        return inner
    raise NotUnderstoodError(tensor.source, f"tf.{tensor.kind} is no layer that is known.")


def _activated(tensor: Node) -> Network:
    inner = network(tensor.argument(0, "features", "x", "logits"))
    last = inner.layers[-1] if inner.layers else None
    if not isinstance(last, Dense) or "activation" in last.arguments:
        raise NotUnderstoodError(tensor.source, "an activation without a layer before it.")
    last.arguments = {"activation": f'"{tensor.kind}"', **last.arguments}
    return inner


def _dense(tensor: Node) -> Network:
    product, bias = _parts(tensor)
    first, second = product.argument(0, "a", "x"), product.argument(1, "b", "y")
    if product.kind == "multiply" and _is_variable(first):
        first, second = second, first
    kernel = _variable(second, product)
    inner = network(first)
    shape = shape_of(
        kernel.argument(0, "initial_value") if kernel.kind == "Variable" else kernel.argument(1, "shape")
    )
    if product.kind == "multiply":
        if not inner.single or (shape is not None and shape not in ([], ["1"])):
            raise NotUnderstoodError(product.source, "a product of numbers that is no layer.")
        units = "1"
    else:
        if shape is None or len(shape) != 2:
            raise NotUnderstoodError(kernel.source, "a matrix whose shape the text does not tell.")
        units = shape[1]
    arguments = {"kernel_initializer": initializer(kernel)}
    if bias is None:
        arguments["use_bias"] = "False"
    elif (begin := initializer(bias)) != '"zeros"':
        arguments["bias_initializer"] = begin
    weights = (kernel,) if bias is None else (kernel, bias)
    inner.layers.append(Dense(units, arguments, weights))
    return inner


def _parts(tensor: Node) -> tuple[Node, Node | None]:
    """The product and the bias of a dense layer."""
    if tensor.kind == "xw_plus_b":
        return Node("matmul", tensor.arguments[:2], source=tensor.source), _variable(
            tensor.argument(2, "biases"), tensor
        )
    if tensor.kind in ("matmul", "multiply"):
        return tensor, None
    first, second = tensor.argument(0, "x", "value"), tensor.argument(1, "y", "bias")
    if _is_variable(first):
        first, second = second, first
    if not isinstance(first, Node) or first.kind not in ("matmul", "multiply"):
        raise NotUnderstoodError(tensor.source, "a sum that is no product and bias.")
    return first, _variable(second, tensor)


def _is_variable(value: Value | None) -> bool:
    return isinstance(value, Node) and value.kind in ("Variable", "get_variable")


def _variable(value: Value | None, within: Node) -> Node:
    if isinstance(value, Node) and _is_variable(value):
        return value
    raise NotUnderstoodError(within.source, "something else than a variable where a layer has its weights.")


READY_MADE = {
    "inputs",
    "units",
    "activation",
    "name",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
    "reuse",
}


def _ready_made(tensor: Node) -> Network:
    """`tf.layers.dense`, which begins as Keras's layer does."""
    inner = network(tensor.argument(0, "inputs"))
    units = tensor.argument(1, "units")
    if unknown := tensor.by_name.keys() - READY_MADE:
        raise NotUnderstoodError(tensor.source, f"tf.layers.dense({sorted(unknown)[0]}=).")
    if not isinstance(units, Plain) or len(tensor.arguments) > 3:
        raise NotUnderstoodError(tensor.source, "a layer whose arguments the text does not tell.")
    arguments: dict[str, str] = {}
    activation = tensor.argument(2, "activation")
    if isinstance(activation, Node) and activation.kind in ACTIVATIONS:
        arguments["activation"] = f'"{activation.kind}"'
    elif activation is not None and not _is_none(activation):
        raise NotUnderstoodError(tensor.source, "an activation that is not known.")
    for name in ("kernel_initializer", "bias_initializer"):
        if (given := tensor.by_name.get(name)) is not None:
            arguments[name] = initializer(
                Node("get_variable", by_name={"initializer": given}, source=tensor.source)
            )
    inner.layers.append(Dense(units.text, arguments))
    inner.single = False
    return inner


def _is_none(value: Value) -> bool:
    return (
        isinstance(value, Plain)
        and isinstance(value.expression, ast.Constant)
        and value.expression.value is None
    )
