"""Cross entropies of softmax: of logits and labels.

Programs of before TensorFlow 1.0 give logits and labels by position, later ones labels and logits. The two can be told
apart: logits have variables behind them, labels have not.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.errors import warn
from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.dtypes import int32, int64
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError, OldNameWarning
from fallline.graph.core.nodes import Formula, Operation, Tensor, misfit
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.elementary import require_kind
from fallline.graph.ops.shaping import fixed, squeeze

__all__ = [
    "softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2", "sparse_softmax_cross_entropy_with_logits",
]  # fmt: skip


# --- which is which ---------------------------------------------------------------------------------------


def _has_variables_behind(tensor: Tensor) -> bool:
    seen: set[Operation] = set()
    waiting = [tensor.op]
    while waiting:
        operation = waiting.pop()
        if operation.is_variable:
            return True
        if operation not in seen:
            seen.add(operation)
            waiting += [each.op for each in operation.inputs]
    return False


def labels_and_logits(function: str, labels: Any, logits: Any) -> tuple[Any, Any]:
    """Labels and logits, also where they were given by position in the order of before TensorFlow 1.0."""
    if labels is None or logits is None:
        raise GraphError(
            f"Both `labels` and `logits` must be provided: tf.nn.{function}(labels=..., logits=...)."
        )
    given = [hasattr(each, "_as_tensor") or isinstance(each, Tensor) for each in (labels, logits)]
    if not given[0]:
        return labels, logits
    first = convert(labels)
    second = convert(logits) if given[1] else None
    turned = (
        first.dtype.is_floating and second is not None and second.dtype.is_integer
        if function.startswith("sparse")
        else _has_variables_behind(first) and not (second is not None and _has_variables_behind(second))
    )
    if not turned:
        return labels, logits
    warn(
        f"tf.nn.{function}({first.op.name}, ...): the first is the logits, as {_why(function)}. By position this was the order of "
        f"before TensorFlow 1.0; the right line is tf.nn.{function}(labels=..., logits={first.op.name}).",
        OldNameWarning,
    )
    return logits, labels


def _why(function: str) -> str:
    if function.startswith("sparse"):
        return "it has floats and the second whole numbers"
    return "it is computed from variables and the second is not"


def require_same_shape(type: str, name: str | None, labels: Tensor, logits: Tensor) -> None:
    if not shapes.compatible(labels.sizes, logits.sizes):
        remedy, classes = "", logits.sizes or ()
        if (
            type.startswith("Softmax")
            and labels.sizes is not None
            and shapes.compatible(labels.sizes, classes[:-1])
        ):
            remedy = (
                ". Labels that are numbers of classes go to tf.nn.sparse_softmax_cross_entropy_with_logits"
            )
        raise misfit(
            type, name, [logits, labels],
            GraphShapeError(f"`logits` and `labels` must have the same shape, received ({logits.shape} vs {labels.shape}){remedy}"),
        )  # fmt: skip


# --- softmax ----------------------------------------------------------------------------------------------


@jax.custom_jvp
def _softmax_loss(labels: Any, logits: Any) -> Any:
    return -jnp.sum(labels * jax.nn.log_softmax(logits, axis=-1), axis=-1)


@_softmax_loss.defjvp
def _softmax_loss_tangent(given: Any, tangents: Any) -> Any:
    # TensorFlow takes softmax - labels for the derivative, whatever the labels add up to.
    (labels, logits), (of_labels, of_logits) = given, tangents
    along = jnp.sum((jax.nn.softmax(logits, axis=-1) - labels) * of_logits, axis=-1)
    return _softmax_loss(labels, logits), along - jnp.sum(
        jax.nn.log_softmax(logits, axis=-1) * of_labels, axis=-1
    )


def _cross_entropy(labels: Any, logits: Any, *, axis: int) -> Any:
    return _softmax_loss(
        jnp.moveaxis(jnp.asarray(labels), axis, -1), jnp.moveaxis(jnp.asarray(logits), axis, -1)
    )


_SOFTMAX, _SOFTMAX_OF_LOGITS = Formula(_cross_entropy), Formula(_cross_entropy, differentiable=(1,))


def softmax_cross_entropy_with_logits_v2(
    labels: Any = None, logits: Any = None, axis: Any = None, name: str | None = None, dim: Any = None
) -> Tensor:
    """`-sum(labels log(softmax(logits)))` along an axis; a gradient passes to the labels too.

    Args:
        labels: Probabilities of the classes; they need not add up to 1.
        logits: Of the same shape.
        axis: That of the classes; by default the last.
        name: Of the node.
        dim: The same as `axis`.

    Returns:
        A loss for each row.

    Raises:
        GraphError: labels or logits are left out.
        GraphShapeError: their shapes differ.
    """
    labels, logits = labels_and_logits("softmax_cross_entropy_with_logits_v2", labels, logits)
    return _softmax_cross_entropy(
        _SOFTMAX, labels, logits, dim if axis is None else axis, name, "softmax_cross_entropy_with_logits"
    )


def softmax_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    dim: Any = None,
    name: str | None = None,
    axis: Any = None,
    _sentinel: Any = None,
) -> Tensor:
    """`-sum(labels log(softmax(logits)))` along an axis; no gradient passes to the labels.

    Args:
        labels: Probabilities of the classes; they need not add up to 1.
        logits: Of the same shape.
        dim: The axis of the classes; by default the last.
        name: Of the node.
        axis: The same as `dim`.

    Returns:
        A loss for each row.

    Raises:
        GraphError: labels or logits are left out.
        GraphShapeError: their shapes differ.
    """
    del _sentinel
    labels, logits = labels_and_logits("softmax_cross_entropy_with_logits", labels, logits)
    return _softmax_cross_entropy(
        _SOFTMAX_OF_LOGITS,
        labels,
        logits,
        dim if axis is None else axis,
        name,
        "softmax_cross_entropy_with_logits_sg",
    )


def _softmax_cross_entropy(
    formula: Formula, labels: Any, logits: Any, axis: Any, name: str | None, default: str
) -> Tensor:
    with scope(name, default) as at:
        z = convert(logits, name="logits")
        require_kind("SoftmaxCrossEntropyWithLogits", at, [z], "floats")
        y = cast(
            convert(labels, name="labels") if is_array(labels) else convert(labels, z.dtype, "labels"),
            z.dtype,
        )
        place = -1 if axis is None else fixed(axis, "softmax_cross_entropy_with_logits: axis")
        y = _without_axes_of_one(y, z)
        require_same_shape("SoftmaxCrossEntropyWithLogits", at, y, z)

        def sizes() -> Sizes:
            common = shapes.merged(y.sizes, z.sizes)
            if common == ():
                raise GraphShapeError("Shape must be at least rank 1 but is rank 0")
            return None if common is None else shapes.reduced(common, place, False)

        return node("SoftmaxCrossEntropyWithLogits", [y, z], formula, sizes, z.dtype, "Reshape_2", axis=place)


def _without_axes_of_one(labels: Tensor, logits: Tensor) -> Tensor:
    """Labels in a list of one, `[labels]`: TensorFlow counts rows, whatever the axes before the classes are."""
    more = len(labels.sizes or ()) - len(logits.sizes or ())
    if logits.sizes is None or labels.sizes is None or more <= 0 or labels.sizes[:more] != (1,) * more:
        return labels
    return squeeze(labels, list(range(more)))


def is_array(value: Any) -> bool:
    return isinstance(value, Tensor | np.ndarray) or hasattr(value, "_as_tensor")


# --- sparse -----------------------------------------------------------------------------------------------


def _of_classes(labels: Any, logits: Any) -> Any:
    classes = logits.shape[-1]
    broken = jnp.any((labels < 0) | (labels >= classes))
    chosen = jnp.clip(labels, 0, classes - 1)[..., None]
    found = jnp.take_along_axis(jax.nn.log_softmax(logits, axis=-1), chosen, axis=-1)
    return -found[..., 0], broken


_SPARSE = Formula(_of_classes, differentiable=(1,), checks=(0,))
_SPARSE_OF_ANY = Formula(_of_classes, differentiable=(1,), checks=(0, 1))


def _no_class(known: int | None, labels: Any, *logits: Any) -> str:
    classes = logits[0].shape[-1] if known is None else known
    wrong = labels[(labels < 0) | (labels >= classes)]
    shown = " ".join(map(str, labels.reshape(-1)[:20].tolist()))
    return f"Received a label value of {wrong[0]} which is outside the valid range of [0, {classes}).  Label values: {shown}"


def sparse_softmax_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, name: str | None = None, _sentinel: Any = None
) -> Tensor:
    """`-log(softmax(logits)[label])` for each row.

    Args:
        labels: The classes, int32 or int64, of the shape of the logits without its last axis.
        logits: (..., classes).
        name: Of the node.

    Raises:
        GraphError: labels or logits are left out.
        GraphTypeError: labels that are no int32 or int64.
        GraphShapeError: the shapes do not fit.
        InvalidArgumentError: in the run, a label that is no class.
    """
    del _sentinel
    labels, logits = labels_and_logits("sparse_softmax_cross_entropy_with_logits", labels, logits)
    with scope(name, "SparseSoftmaxCrossEntropyWithLogits") as at:
        y, z = convert(labels, name="labels"), convert(logits, name="logits")
        require_kind("SparseSoftmaxCrossEntropyWithLogits", at, [z], "floats")
        if y.dtype.base_dtype not in (int32, int64):
            remedy = (
                "One-hot labels go to tf.nn.softmax_cross_entropy_with_logits"
                if y.dtype.is_floating
                else "tf.cast(labels, tf.int32)"
            )
            raise GraphTypeError(
                f"'{at[:-1]}': labels must be int32 or int64, got {y.name} of type {y.dtype.base_dtype.name}. {remedy}."
            )
        return _sparse(y, z)


def _sparse(y: Tensor, z: Tensor) -> Tensor:
    if y.sizes is not None and z.sizes is not None:
        if len(y.sizes) != len(z.sizes) - 1:
            raise GraphShapeError(
                f"`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: labels.shape={y.shape} of rank {len(y.sizes)} "
                f"({y.name}) and logits.shape={z.shape} of rank {len(z.sizes)} ({z.name}). tf.squeeze(labels, 1) removes an axis of 1."
            )
        if not shapes.compatible(y.sizes, z.sizes[:-1]):
            raise GraphShapeError(
                f"`labels.shape` must equal `logits.shape` except for the last dimension. Received: labels.shape={y.shape} "
                f"({y.name}) and logits.shape={z.shape} ({z.name})."
            )
    sizes = y.sizes if z.sizes is None else shapes.merged(y.sizes, z.sizes[:-1])
    name = "SparseSoftmaxCrossEntropyWithLogits" if sizes is not None and len(sizes) == 1 else "Reshape_2"
    classes = None if z.sizes is None else z.sizes[-1]
    formula = _SPARSE_OF_ANY if classes is None else _SPARSE
    result = node("SparseSoftmaxCrossEntropyWithLogits", [y, z], formula, sizes, z.dtype, name)
    result.op.complaint = functools.partial(_no_class, classes)
    return result
