"""Small arrays as one: the tree comes back as it was, in and out of a program."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.compilation.program import Program
from fallline.engine.packed import SMALL, Packed

TREE = {
    "kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "step": np.asarray(7, np.int32),
    "bias": np.arange(3, dtype=np.float32),
    "half": np.ones(2, jnp.bfloat16),
    "large": np.zeros((2, SMALL), np.float32),
    "none": np.zeros((0, 4), np.float32),
}


@pytest.mark.parametrize("pack", [Packed.of, Program(Packed.of, "pack")], ids=["outside", "in a program"])
def test_a_tree_comes_back_as_it_was(pack) -> None:
    packed = pack(TREE)
    assert sorted(packed.joined) == ["bfloat16", "float32", "int32"]
    assert len(packed.apart) == 1
    for found in (packed.unpacked, Program(lambda packed: packed.tree, "unpack")(packed)):
        assert jax.tree.structure(found) == jax.tree.structure(TREE)
        for name, array in TREE.items():
            assert found[name].dtype == array.dtype
            np.testing.assert_array_equal(found[name], array)


def test_nothing_is_packed_of_nothing() -> None:
    assert Packed.of({}).tree == {}
