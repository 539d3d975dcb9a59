"""Rows of tables by their places, and whether a place is among the first."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.dtypes import bool_, int32, int64
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import identity
from fallline.graph.ops.clipping import clip_by_norm
from fallline.graph.ops.elementary import require_kind
from fallline.graph.ops.indexing import gather
from fallline.graph.ops.shaping import fixed

__all__ = ["embedding_lookup", "in_top_k"]


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: float | None = None,
) -> Tensor:
    """The rows of a table at these places.

    Args:
        params: The table, or a list of one.
        ids: Whole numbers.
        partition_strategy: Taken and left alone.
        name: Of the node.
        validate_indices: Taken and left alone: they are checked.
        max_norm: The norm that rows are scaled down to, where theirs is larger.

    Raises:
        GraphError: several tables.
        InvalidArgumentError: in the run, a place that the table does not have.
    """
    del partition_strategy, validate_indices
    tables = params if isinstance(params, list | tuple) else [params]
    if len(tables) != 1:
        raise GraphError(f"embedding_lookup: one table, got {len(tables)}; tf.concat makes them one.")
    with scope(name, "embedding_lookup") as at:
        rows = gather(tables[0], ids, name=at)
        if max_norm is None:
            return identity(rows)
        known = convert(ids).sizes
        if rows.sizes is None or known is None:
            raise GraphShapeError(
                f"embedding_lookup: max_norm needs the number of axes of {rows.name} known."
            )
        return clip_by_norm(rows, max_norm, list(range(len(known), len(rows.sizes))))


def _among_first(predictions: Any, targets: Any, *, k: int) -> Any:
    classes = predictions.shape[-1]
    inside = (targets >= 0) & (targets < classes)
    own = jnp.take_along_axis(predictions, jnp.clip(targets, 0, classes - 1)[:, None], 1)
    more = jnp.sum(predictions > own, 1)
    return inside & jnp.all(jnp.isfinite(predictions), 1) & (more < k)


_AMONG = Formula(_among_first, differentiable=False)


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """For each row whether fewer than k classes are more probable than the target.

    A row with an infinite score or one that is no number is False, and so is a target that is no class.

    Args:
        predictions: Scores (rows, classes), float32.
        targets: Classes (rows,), int32 or int64.
        k: How many first places.
        name: Of the node.

    Raises:
        GraphTypeError: targets that are no int32 or int64.
        GraphShapeError: the shapes do not fit.
    """
    with scope(name, "in_top_k"):
        p, t = convert(predictions, name="predictions"), convert(targets, name="targets")
        require_kind("InTopKV2", name, [p], "floats")
        if t.dtype.base_dtype not in (int32, int64):
            raise GraphTypeError(
                f"in_top_k: targets must be int32 or int64, got {t.name} of type {t.dtype.base_dtype.name}: the numbers of the classes, "
                "tf.argmax(labels, 1) of one-hot labels."
            )

        def sizes() -> Sizes:
            for tensor, rank in ((p, 2), (t, 1)):
                if tensor.sizes is not None and len(tensor.sizes) != rank:
                    raise GraphShapeError(f"Shape must be rank {rank} but is rank {len(tensor.sizes)}")
            return shapes.merged(t.sizes, None if p.sizes is None else p.sizes[:1])

        return node("InTopKV2", [p, t], _AMONG, sizes, bool_, "InTopKV2", k=fixed(k, "in_top_k: k"))
