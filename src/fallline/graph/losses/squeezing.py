"""Tensors (rows, 1) beside tensors (rows,): the last axis of the one goes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline.graph.core.building import node
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes


def _without_last(x: Any, like: Any, *, difference: int) -> Any:
    if x.ndim - like.ndim == difference + 1 and x.shape[-1] == 1:
        return jnp.squeeze(x, -1)
    return x


_WITHOUT_LAST = Formula(_without_last, differentiable=(0,))


def squeezed(x: Tensor, like: Tensor, difference: int) -> Tensor:
    """X without its last axis, of size 1, where it has `difference + 1` axes more than the other; else x."""
    if x.sizes is not None and like.sizes is not None:
        too_many = len(x.sizes) - len(like.sizes) == difference + 1
        if not (too_many and x.sizes[-1] in (1, None)):
            return x
    if x.sizes == ():
        return x
    known = x.sizes is not None and like.sizes is not None
    sizes: Sizes = x.sizes[:-1] if known and x.sizes is not None else None
    return node("Squeeze", [x, like], _WITHOUT_LAST, sizes, x.dtype, difference=difference)


def alike(labels: Tensor, predictions: Tensor, difference: int = 0) -> tuple[Tensor, Tensor]:
    """Labels and predictions, of which the predictions have so many axes more, without a needless last axis."""
    return squeezed(labels, predictions, -difference), squeezed(predictions, labels, difference)
