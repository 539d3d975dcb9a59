"""Many small arrays as one: each array that a program takes or gives costs about a microsecond, as much as filling it."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline._tree import PyTree, static, tree

SMALL = 1 << 14
"""Numbers up to which an array lies with others: to copy a larger one costs more than it saves."""


@tree
class Packed:
    """A tree whose small arrays lie in one array for each number type.

    Attributes:
        joined: Name of a number type -> its small arrays, one after the other.
        apart: The others.
        structure: Of the tree.
        kinds: Shape and type of each leaf.
    """

    joined: dict[str, Any]
    apart: list[Any]
    structure: Any = static()
    kinds: tuple[tuple[tuple[int, ...], str], ...] = static()

    @staticmethod
    def of(node: PyTree) -> Packed:
        """A tree, packed: in a program, or where its arrays lie."""
        leaves, structure = jax.tree.flatten(node)
        kinds = tuple((leaf.shape, str(leaf.dtype)) for leaf in leaves)
        types = sorted({name for shape, name in kinds if _is_small(shape, name)})
        joined = {
            kind: _joined(
                [
                    leaf
                    for leaf, (shape, name) in zip(leaves, kinds, strict=True)
                    if name == kind and _is_small(shape, name)
                ]
            )
            for kind in types
        }
        apart = [leaf for leaf, kind in zip(leaves, kinds, strict=True) if not _is_small(*kind)]
        return Packed(joined, apart, structure, kinds)

    @property
    def tree(self) -> PyTree:
        """The tree."""
        ends, apart = dict.fromkeys(self.joined, 0), iter(self.apart)
        leaves = []
        for shape, name in self.kinds:
            if not _is_small(shape, name):
                leaves.append(next(apart))
                continue
            first, ends[name] = ends[name], ends[name] + math.prod(shape)
            leaves.append(self.joined[name][first : ends[name]].reshape(shape))
        return jax.tree.unflatten(self.structure, leaves)

    @property
    def unpacked(self) -> PyTree:
        """The tree, outside of a program: nothing is compiled to take it apart."""
        joined = {kind: np.asarray(array) for kind, array in self.joined.items()}
        tree = Packed(joined, self.apart, self.structure, self.kinds).tree
        return jax.tree.map(lambda leaf: jnp.array(leaf) if isinstance(leaf, np.ndarray) else leaf, tree)


def _joined(leaves: list[Any]) -> Any:
    if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
        return jnp.concatenate([leaf.reshape(-1) for leaf in leaves])
    return jnp.array(np.concatenate([np.asarray(leaf).reshape(-1) for leaf in leaves]))


def _is_small(shape: tuple[int, ...], name: str) -> bool:
    return math.prod(shape) <= SMALL and not name.startswith("key<")
