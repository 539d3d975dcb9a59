"""float32 and bfloat16: the type of the answer, finite, and near the answer in float32."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import canonical
from fallline.initializers.initializer import RandomInitializer

from .answers import compiled, data_for
from .entry import Entry
from .table import TABLE_OF_ALL

STEP = 2.0**-8
"""The distance between neighbouring numbers near 1."""

LOST = {"optimizers": 16}
"""Of these steps a sum of some dozen terms loses 4; a gradient that nearly cancels and is divided by its size, more."""

SECOND_ORDER = {"GaussNewton", "LevenbergMarquardt", "Newton", "NewtonCG", "LBFGS"}

FLOAT32_ANSWER = ("losses", "metrics")
"""Nouns that answer in float32 whatever comes: half precision holds no sum over many rows."""

LINES = [
    line
    for line in TABLE_OF_ALL
    # A schedule is given whole steps; second-order methods solve equations, for which bfloat16 is too coarse.
    if line.module != "schedules" and line.cls.__name__ not in SECOND_ORDER
]


def floats(tree: Any) -> list[Any]:
    """The floating arrays of a tree."""
    return [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.floating)]


@pytest.mark.parametrize("line", LINES, ids=str)
def test_bfloat16(line: Entry) -> None:
    short = data_for(line, jnp.bfloat16)
    made, program = canonical(line.made()), compiled(line)
    got = program(made, short)
    # The same rounded data in float32, so that only the computation differs.
    wanted = program(
        made, jax.tree.map(lambda a: a.astype(jnp.float32) if a.dtype == jnp.bfloat16 else a, short)
    )
    assert jax.tree.structure(got) == jax.tree.structure(wanted)
    own = jnp.float32 if line.module in FLOAT32_ANSWER else jnp.bfloat16
    given = floats(short)
    main = jax.tree.leaves(got)[0]
    if given and jnp.issubdtype(main.dtype, jnp.floating):
        assert main.dtype == own
    rounding = STEP * LOST.get(line.module, 4)
    if isinstance(line.made(), RandomInitializer):
        wanted = got  # drawn in its own type: other numbers of the same distribution
    for one, other in zip(floats(got), floats(wanted), strict=True):
        one, other = np.asarray(one, np.float32), np.asarray(other, np.float32)
        assert np.isfinite(one).all()
        margin = rounding * max(1.0, np.abs(other).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=rounding, atol=margin)
