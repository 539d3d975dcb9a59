"""Layers of `tf.contrib.layers` but batch normalisation."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any

from fallline.graph.contrib.arguments import add_arg_scope
from fallline.graph.contrib.framework import renamed
from fallline.graph.contrib.layers.initializers import xavier_initializer
from fallline.graph.core.building import convert
from fallline.graph.core.dtypes import int32, int64
from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.nodes import Tensor
from fallline.graph.core.variable_scopes import variable_scope
from fallline.graph.core.variables import Variable
from fallline.graph.initializers import zeros_initializer
from fallline.graph.layers.core import Dense, Dropout, Flatten
from fallline.graph.ops import nn
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.making import one_hot


def collected(variable: Variable, collections: Any, kind: str) -> None:
    """Enters a variable in the collections of its kind: a dictionary by kind, or names for all."""
    found = collections.get(kind) if isinstance(collections, dict) else collections
    get_default_graph().add_to_collections(found, variable)


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: Any,
    activation_fn: Callable[[Tensor], Tensor] | None = nn.relu,
    normalizer_fn: Callable[..., Tensor] | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = xavier_initializer(),  # noqa: B008  (it keeps no state)
    weights_regularizer: Any = None,
    biases_initializer: Any = zeros_initializer(),  # noqa: B008
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """`activation(normalizer(x W + b))` of the last axis; with a normaliser there is no b.

    Args:
        inputs: A tensor (..., features), features known.
        num_outputs: The size of the last axis of the outputs.
        activation_fn: By default relu; None: none.
        normalizer_fn: A function of the outputs before activation, such as `batch_norm`.
        normalizer_params: Its keywords.
        weights_initializer: Of W, by default Glorot's uniform one.
        weights_regularizer: A function of W whose value is added to REGULARIZATION_LOSSES.
        biases_initializer: Of b; None: there is no b.
        biases_regularizer: A function of b, likewise.
        reuse: Whether the variables of that scope exist.
        variables_collections: Where `weights` and `biases` are entered: names, or a dictionary by kind.
        outputs_collections: Where the outputs are entered.
        trainable: Whether optimizers change W and b.
        scope: The scope of the variables; by default "fully_connected", made unique.

    Raises:
        GraphError: the number of outputs is none; the variables exist, and `reuse` is not given.
        GraphShapeError: one axis only, or the size of the last one is not known.
    """
    if not isinstance(getattr(num_outputs, "value", num_outputs), Integral):
        raise GraphError(f"num_outputs type should be one of (int,), got {type(num_outputs)}.")
    getter = renamed({"bias": "biases", "kernel": "weights"})
    with variable_scope(scope, "fully_connected", reuse=reuse, custom_getter=getter) as entered:
        x = convert(inputs)
        layer = Dense(
            num_outputs, None, not normalizer_fn and bool(biases_initializer), weights_initializer, biases_initializer,
            weights_regularizer, biases_regularizer, trainable=trainable, name=entered.name, dtype=x.dtype.base_dtype,
            _scope=entered, _reuse=reuse,
        )  # fmt: skip
        outputs = layer.apply(x)
        assert layer.kernel is not None
        collected(layer.kernel, variables_collections, "weights")
        if layer.bias is not None:
            collected(layer.bias, variables_collections, "biases")
        if normalizer_fn is not None:
            outputs = normalizer_fn(outputs, **(normalizer_params or {}))
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        get_default_graph().add_to_collections(outputs_collections, outputs)
        return outputs


relu = functools.partial(fully_connected, activation_fn=nn.relu)
linear = functools.partial(fully_connected, activation_fn=None)


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: Any = None,
    seed: int | None = None,
) -> Tensor:
    """In training the inputs with each number kept with probability `keep_prob`, over it, else 0; otherwise the inputs.

    Args:
        inputs: A tensor of floats.
        keep_prob: A number or tensor in (0, 1].
        noise_shape: The shape of the choices, 1 where they are shared along an axis.
        is_training: True, False, or a tensor of type bool.
        outputs_collections: Where the outputs are entered.
        scope: The scope of the operations.
        seed: Of the choices.
    """
    with variable_scope(scope, "Dropout", custom_getter=renamed({})) as entered:
        layer = Dropout(1 - keep_prob, noise_shape, seed, name=entered.name, _scope=entered)
        outputs = layer.apply(convert(inputs), training=is_training)
        get_default_graph().add_to_collections(outputs_collections, outputs)
        return outputs


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Tensor:
    """The inputs as (rows, numbers of a row).

    Raises:
        GraphError: fewer than two axes.
    """
    with get_default_graph().name_scope(scope or "Flatten"):
        x = convert(inputs)
        if x.sizes is not None and len(x.sizes) < 2:
            raise GraphError("Inputs must have a least 2 dimensions.")
        outputs = Flatten().apply(x)
        get_default_graph().add_to_collections(outputs_collections, outputs)
        return outputs


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """Labels (rows,) as (rows, classes), 1 at the label and 0 elsewhere."""
    with get_default_graph().name_scope(scope or "OneHotEncoding"):
        y = convert(labels)
        y = cast(y, int64) if y.dtype.base_dtype is int32 else y
        outputs = one_hot(y, num_classes, on_value=on_value, off_value=off_value)
        get_default_graph().add_to_collections(outputs_collections, outputs)
        return outputs


def _called(layer: Any, otherwise: str) -> str:
    """The name of a function, or of that which `functools.partial` holds."""
    return str(getattr(getattr(layer, "func", layer), "__name__", otherwise))


def stack(inputs: Any, layer: Callable[..., Any], stack_args: Sequence[Any], **kwargs: Any) -> Tensor:
    """A layer on top of itself, each time with the next arguments: `stack(x, fully_connected, [32, 64])`.

    Raises:
        GraphError: the arguments are no list.
    """
    if not isinstance(stack_args, list | tuple):
        raise GraphError("stack_args need to be a list or tuple")
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Stack"):
        outputs: Any = convert(inputs)
        for number, arguments in enumerate(stack_args, 1):
            given = arguments if isinstance(arguments, list | tuple) else [arguments]
            name = f"{scope or _called(layer, 'stack')}_{number}"
            outputs = layer(outputs, *given, **kwargs, scope=name)
        return outputs


def repeat(inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any, **kwargs: Any) -> Tensor:
    """A layer on top of itself, a number of times: `repeat(x, 3, fully_connected, 32)`."""
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat"):
        outputs: Any = convert(inputs)
        for number in range(1, repetitions + 1):
            name = f"{scope or _called(layer, 'repeat')}_{number}"
            outputs = layer(outputs, *args, **kwargs, scope=name)
        return outputs


def _not_offered(name: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise GraphError(
            f"tf.contrib.layers.{name} is out of scope: fallline.graph holds feedforward networks of dense layers, without "
            "convolution, pooling or recurrence."
        )

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = "Not offered; `arg_scope` takes it."
    return add_arg_scope(refuse)


conv2d, convolution2d, convolution = map(_not_offered, ("conv2d", "convolution2d", "convolution"))
conv2d_transpose, separable_conv2d = map(_not_offered, ("conv2d_transpose", "separable_conv2d"))
max_pool2d, avg_pool2d = map(_not_offered, ("max_pool2d", "avg_pool2d"))
