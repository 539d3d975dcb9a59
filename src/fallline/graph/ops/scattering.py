"""Rows of variables written by their numbers, counts of pairs, and a function of each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.dtypes import DType, as_dtype, int32
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variables import update, variable_of
from fallline.graph.ops.arrays import stack
from fallline.graph.ops.joining import unstack

__all__ = ["confusion_matrix", "map_fn", "scatter_add", "scatter_sub", "scatter_update"]


def _replaced(old: Any, places: Any, rows: Any) -> Any:
    return old.at[places].set(rows)


def _raised(old: Any, places: Any, rows: Any) -> Any:
    return old.at[places].add(rows)


def _lowered(old: Any, places: Any, rows: Any) -> Any:
    return old.at[places].add(-rows)


def _scattering(type: str, what: str, compute: Callable[..., Any]) -> Callable[..., Tensor]:
    formula = Formula(compute, differentiable=False)

    def scatter(
        ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None
    ) -> Tensor:
        del use_locking
        variable = variable_of(ref)
        places = convert(indices, name="indices")
        if not places.dtype.is_integer:
            raise GraphTypeError(
                f"{what}: indices are whole numbers, got {places.name} of {places.dtype.name}."
            )
        rows = convert(updates, variable.dtype.base_dtype, "updates")
        return update(type, variable, [variable._ref, places, rows], formula, name)

    scatter.__name__ = scatter.__qualname__ = what.removeprefix("tf.")
    return scatter


scatter_update = _scattering("ScatterUpdate", "tf.scatter_update", _replaced)
scatter_update.__doc__ = "The rows of a variable at these places become `updates`: a tensor of its new value."
scatter_add = _scattering("ScatterAdd", "tf.scatter_add", _raised)
scatter_add.__doc__ = "Adds `updates` to the rows of a variable at these places, each time that one is named."
scatter_sub = _scattering("ScatterSub", "tf.scatter_sub", _lowered)
scatter_sub.__doc__ = (
    "Subtracts `updates` from the rows of a variable at these places, each time that one is named."
)


def _counted(labels: Any, predictions: Any, *weights: Any, classes: int, numbers: Any) -> Any:
    amounts = weights[0].astype(numbers) if weights else jnp.ones(labels.shape, numbers)
    return jnp.zeros((classes, classes), numbers).at[labels, predictions].add(amounts)


def _counted_after(labels: Any, predictions: Any, *weights: Any, numbers: Any) -> Any:
    classes = int(max(np.max(labels, initial=-1), np.max(predictions, initial=-1))) + 1
    found = np.zeros((classes, classes), numbers)
    np.add.at(found, (np.asarray(labels), np.asarray(predictions)), weights[0] if weights else 1)
    return found


_COUNTED = Formula(_counted, differentiable=False)
_COUNTED_AFTER = Formula(_counted_after, differentiable=False, on_host=True)


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: DType | str = int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """How many rows of each class (down) were taken for each (across).

    Args:
        labels: The classes (rows,).
        predictions: What they were taken for (rows,).
        num_classes: How many there are; left out, as many as a run meets: no operation can take the result then.
        dtype: The type of the counts.
        name: The scope.
        weights: What a row counts; 1 if None.

    Returns:
        The matrix (classes, classes).
    """
    kind = as_dtype(dtype)
    with scope(name, "confusion_matrix"):
        given = [convert(labels, name="labels"), convert(predictions, name="predictions")]
        for each in given:
            if not each.dtype.is_integer:
                raise GraphTypeError(
                    f"tf.confusion_matrix: classes are whole numbers, got {each.name} of {each.dtype.name}: tf.argmax(scores, 1)."
                )
        if weights is not None:
            given.append(convert(weights, name="weights"))
        numpy = np.dtype(kind.as_numpy_dtype)
        if num_classes is None:
            return node(
                "ConfusionMatrix",
                given,
                _COUNTED_AFTER,
                (None, None),
                kind,
                "SparseTensorDenseAdd",
                numbers=numpy,
            )
        sizes = (int(num_classes), int(num_classes))
        return node(
            "ConfusionMatrix", given, _COUNTED, sizes, kind, "SparseTensorDenseAdd", classes=sizes[0], numbers=numpy
        )  # fmt: skip


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: Any = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
) -> Tensor:
    """A function of each row, stacked: its nodes are made once for each, so the number of rows must be known.

    Args:
        fn: A function of a tensor.
        elems: The rows.
        dtype: Taken and left alone: that of the function's results.
        parallel_iterations: Taken and left alone.
        back_prop: Taken and left alone.
        swap_memory: Taken and left alone.
        infer_shape: Taken and left alone.
        name: The scope.

    Raises:
        GraphError: the number of rows is not known, or there are several tensors.
    """
    del dtype, parallel_iterations, back_prop, swap_memory, infer_shape
    if isinstance(elems, list | tuple) and any(isinstance(each, Tensor) for each in elems):
        raise GraphError("tf.map_fn: one tensor of rows; tf.stack makes one of several.")
    with scope(name, "map"):
        rows = convert(elems)
        if not rows.sizes or rows.sizes[0] is None:
            raise GraphError(
                f"tf.map_fn: {rows.name} has {rows.shape}: the number of rows must be known here, as its nodes are made once for "
                "each. Operations work on all rows at once, which is faster."
            )
        return stack([fn(row) for row in unstack(rows)])
