"""Batch normalisation of `tf.contrib.layers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fallline.graph.contrib.arguments import add_arg_scope
from fallline.graph.contrib.framework import model_variable
from fallline.graph.contrib.layers.connected import collected
from fallline.graph.core.building import convert, node
from fallline.graph.core.dtypes import float32
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Tensor
from fallline.graph.core.variable_scopes import variable_scope
from fallline.graph.core.variables import IDENTITY
from fallline.graph.initializers import ones_initializer, zeros_initializer
from fallline.graph.layers.arguments import axes_but, chosen, truth
from fallline.graph.layers.averages import corrected, moving_average_update
from fallline.graph.ops import nn
from fallline.graph.ops.arrays import cast

_STARTS = {
    "beta": zeros_initializer, "gamma": ones_initializer, "moving_mean": zeros_initializer,
    "moving_variance": ones_initializer,
}  # fmt: skip


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: Any = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Callable[[Tensor], Tensor] | None = None,
    param_initializers: dict[str, Any] | None = None,
    param_regularizers: dict[str, Any] | None = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: float = 0.99,
    adjustment: Any = None,
) -> Tensor:
    """`gamma (x - mean) / sqrt(variance + epsilon) + beta` of the last axis; Ioffe and Szegedy (2015).

    Unlike `tf.layers.batch_normalization` it trains by default, has no gamma by default, and its moving variance follows
    `n / (n - 1)` times that of the batch where the inputs have 2 or 4 axes, unless `fused=False`.

    Args:
        inputs: A tensor of floats, the last axis known.
        decay: Of the moving mean and variance.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        epsilon: Added to the variance.
        activation_fn: A function of the outputs.
        param_initializers: Of `beta`, `gamma`, `moving_mean`, `moving_variance`.
        param_regularizers: Of `beta` and `gamma`.
        updates_collections: Where the updates of the moving ones are entered; None: the outputs depend on them.
        is_training: True, False, or a tensor of type bool.
        reuse: Whether the variables of that scope exist.
        variables_collections: Where the variables are entered: names, or a dictionary by kind.
        outputs_collections: Where the outputs are entered.
        trainable: Whether optimizers change beta and gamma.
        batch_weights: Must be None.
        fused: False: the moving variance follows the variance as it is.
        data_format: Must be "NHWC".
        zero_debias_moving_mean: Must be False.
        scope: The scope of the variables; by default "BatchNorm", made unique.
        renorm: Must be False.
        renorm_clipping: Taken and left alone.
        renorm_decay: Taken and left alone.
        adjustment: Must be None.

    Raises:
        GraphShapeError: the size of the last axis is not known.
        GraphError: the variables exist, and `reuse` is not given; what is not offered.
    """
    del renorm_clipping, renorm_decay
    _refuse(
        batch_weights=batch_weights is not None, zero_debias_moving_mean=zero_debias_moving_mean, renorm=renorm,
        adjustment=adjustment is not None, data_format=data_format != "NHWC",
    )  # fmt: skip
    with variable_scope(scope, "BatchNorm", reuse=reuse):
        given = convert(inputs)
        if given.sizes is None or len(given.sizes) < 2 or given.sizes[-1] is None:
            raise GraphShapeError(f"batch_norm: inputs {given!r} need two axes and a known last one.")
        x = cast(given, float32) if given.dtype.base_dtype.name in ("float16", "bfloat16") else given

        def made(kind: str, trained: bool) -> Any:
            variable = model_variable(
                kind, [x.sizes[-1]] if x.sizes else None, x.dtype.base_dtype, (param_initializers or {}).get(kind, _STARTS[kind]),
                (param_regularizers or {}).get(kind), trained,
            )  # fmt: skip
            collected(variable, variables_collections, kind)
            return variable

        is_corrected = fused is not False and len(given.sizes) in (2, 4)
        # Where the inputs have 2 axes, or the updates go elsewhere, beta comes first; else gamma, as in tf.layers.
        is_own = (is_corrected and len(given.sizes) == 2) or updates_collections != GraphKeys.UPDATE_OPS
        wanted = [("gamma", scale), ("beta", center)][:: -1 if is_own else 1]
        trained = {kind: made(kind, trainable) for kind, is_wanted in wanted if is_wanted}
        beta, gamma = trained.get("beta"), trained.get("gamma")
        moving = made("moving_mean", False), made("moving_variance", False)
        training = truth(is_training, "batch_norm: is_training")
        outputs = _outputs(
            x, gamma, beta, moving, training, decay, epsilon, is_corrected, updates_collections
        )
        outputs = cast(outputs, given.dtype.base_dtype)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        get_default_graph().add_to_collections(outputs_collections, outputs)
        return outputs


def _outputs(
    x: Tensor, gamma: Any, beta: Any, moving: tuple[Any, Any], training: bool | Tensor, decay: Any, epsilon: float,
    is_corrected: bool, updates_collections: Any,
) -> Tensor:  # fmt: skip
    assert x.sizes is not None
    axis = len(x.sizes) - 1
    mean, variance = moving[0].value(), moving[1].value()
    updates: list[Tensor] = []
    if training is not False:
        of_batch, spread = nn.moments(x, axes_but(len(x.sizes), [axis]))
        towards = corrected(spread, x, axis) if is_corrected else spread
        updates = [
            moving_average_update(moving[0], of_batch, decay, training),
            moving_average_update(moving[1], towards, decay, training),
        ]
        if training is True:
            mean, variance = of_batch, spread
        else:
            mean, variance = (
                chosen(training, of_batch, mean, "cond"), chosen(training, spread, variance, "cond_1"),
            )  # fmt: skip
    outputs = nn.batch_normalization(x, mean, variance, beta, gamma, epsilon)
    graph = get_default_graph()
    if updates and updates_collections is None:
        with graph.control_dependencies(updates):
            return node("Identity", [outputs], IDENTITY, outputs.sizes)
    for each in updates:
        graph.add_to_collections(updates_collections, each)
    return outputs


def _refuse(**given: bool) -> None:
    for name, is_given in given.items():
        if is_given:
            raise GraphError(f"batch_norm: {name} is not offered; leave it out.")
