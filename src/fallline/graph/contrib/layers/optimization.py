"""`tf.contrib.layers.optimize_loss`: a training step in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fallline.graph import train
from fallline.graph.core.building import convert, node
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Tensor
from fallline.graph.core.variable_lists import trainable_variables
from fallline.graph.core.variable_scopes import get_variable, variable_scope
from fallline.graph.core.variables import IDENTITY
from fallline.graph.initializers import constant_initializer
from fallline.graph.ops.clipping import clip_by_global_norm
from fallline.graph.train.optimizer import Optimizer

OPTIMIZERS = {
    "Adagrad": "AdagradOptimizer", "Adam": "AdamOptimizer", "Ftrl": "FtrlOptimizer", "RMSProp": "RMSPropOptimizer",
    "SGD": "GradientDescentOptimizer", "Momentum": "MomentumOptimizer",
}  # fmt: skip
"""Names of optimizers that `optimize_loss` takes."""


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: Mapping[Any, float] | None = None,
    clip_gradients: Any = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Sequence[Any] | None = None,
    name: str | None = None,
    summaries: Any = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Tensor:
    """A tensor of the loss, whose run takes a training step.

    Args:
        loss: A scalar tensor.
        global_step: A variable that each step adds 1 to, or None.
        learning_rate: A number, or a scalar tensor; None: the optimizer has its own.
        optimizer: A name ("SGD", "Adam", ...), a class, an optimizer, or a function of the rate that gives one.
        gradient_noise_scale: Must be None.
        gradient_multipliers: Factors of the gradients, by variable or its name.
        clip_gradients: The largest global norm, or a function of (gradient, variable) pairs.
        learning_rate_decay_fn: A function of (rate, step) that gives the rate.
        update_ops: What runs before the step; by default the collection UPDATE_OPS.
        variables: The variables that move; by default all trainable ones.
        name: The scope; by default "OptimizeLoss".
        summaries: Taken and left alone.
        colocate_gradients_with_ops: Taken and left alone.
        increment_global_step: Whether the step adds 1.

    Raises:
        GraphError: no such optimizer, no rate, or what is not offered.
        GraphShapeError: the loss is no scalar.
    """
    del summaries, colocate_gradients_with_ops
    if gradient_noise_scale is not None:
        raise GraphError("optimize_loss: gradient_noise_scale is not offered; leave it out.")
    graph = get_default_graph()
    loss = convert(loss)
    if loss.sizes not in (None, ()):
        raise GraphShapeError(
            f"optimize_loss: expected a scalar loss, got {loss!r}; tf.reduce_mean makes one."
        )
    with variable_scope(name, "OptimizeLoss"):
        before = set(graph.get_collection(GraphKeys.UPDATE_OPS)) if update_ops is None else set(update_ops)
        if before:
            ordered = sorted(before, key=lambda each: each.index if hasattr(each, "index") else each.op.index)
            with graph.control_dependencies(ordered):
                loss = node("Identity", [loss], IDENTITY, loss.sizes)
        rate = _rate(learning_rate, learning_rate_decay_fn, global_step)
        chosen = _optimizer(optimizer, rate)
        found = list(variables) if variables is not None else trainable_variables()
        pairs = chosen.compute_gradients(loss, found)
        pairs = _multiplied(pairs, gradient_multipliers or {})
        pairs = _clipped(pairs, clip_gradients)
        step = chosen.apply_gradients(pairs, global_step if increment_global_step else None, name="train")
        with graph.control_dependencies([step]):
            return node("Identity", [loss], IDENTITY, loss.sizes)


def _rate(given: Any, decay: Callable[[Any, Any], Any] | None, step: Any) -> Any:
    if given is None:
        return None
    if isinstance(given, int | float):
        if given < 0.0:
            raise GraphError(f"Invalid learning_rate {given}.")
        rate: Any = get_variable(
            "learning_rate", [], initializer=constant_initializer(float(given)), trainable=False
        )
    else:
        rate = given
    if decay is None:
        return rate
    if step is None:
        raise GraphError("global_step is required for learning_rate_decay_fn.")
    return decay(rate, step)


def _optimizer(given: Any, rate: Any) -> Any:
    if isinstance(given, str):
        if given not in OPTIMIZERS:
            raise GraphError(
                f"Optimizer name should be one of [{', '.join(OPTIMIZERS)}], you provided {given}."
            )
        given = getattr(train, OPTIMIZERS[given])
    if isinstance(given, Optimizer):
        return given
    if not callable(given):
        raise GraphError(
            f"Unrecognized optimizer: {given!r}; expected a name, a class, an optimizer or a function."
        )
    if rate is None and isinstance(given, type):
        raise GraphError("Learning rate must be specified if the optimizer is a class or a name.")
    return given(rate) if rate is not None else given()


def _multiplied(pairs: list[Any], factors: Mapping[Any, float]) -> list[Any]:
    found = []
    for gradient, variable in pairs:
        by_name = [variable.name, variable.op.name]
        factor = next((factors[key] for key in factors if key is variable or key in by_name), None)
        found.append((gradient if factor is None or gradient is None else gradient * float(factor), variable))
    return found


def _clipped(pairs: list[Any], clip: Any) -> list[Any]:
    if clip is None:
        return pairs
    if callable(clip):
        return list(clip(pairs))
    gradients, variables = zip(*pairs, strict=True)
    return list(zip(clip_by_global_norm(list(gradients), clip)[0], variables, strict=True))
