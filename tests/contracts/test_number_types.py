"""float32 and bfloat16: the type of the answer, finite, and near the answer in float32."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from fallline._tree import canonical
from fallline.initializers.initializer import RandomInitializer

from .answers import compiled, data_for
from .entry import Entry
from .table import TABLE_OF_ALL

STEP = 2.0**-8
"""The distance between neighbouring numbers near 1."""

ROUNDING = 4 * STEP
"""What a sum of some dozen terms may lose of its largest."""

OF_A_MOVE = 16 * STEP
"""What may be lost of the way from the start: parameters near 1 lie 0.008 apart, and most steps are above 0.1."""

ZEROS = {
    ("initializers.Zeros", None): 1,
    # The gradient, where the proximal step does the shrinking.
    ("regularizers.L1", "proximal"): 1,
    ("regularizers.GroupL1", "proximal"): 1,
    # Kernel and bias, before the first gradients are applied together.
    ("optimizers.SGD", "gradient_accumulation_steps"): 2,
}
"""How many arrays of an answer are 0, as they should be: class, argument -> count."""

SECOND_ORDER = {"GaussNewton", "LevenbergMarquardt", "Newton", "NewtonCG", "LBFGS"}

FLOAT32_ANSWER = ("losses", "metrics")
"""Nouns that answer in float32 whatever comes: half precision holds no sum over many rows."""

DRAWN = [line for line in TABLE_OF_ALL if isinstance(line.made(), RandomInitializer)]

LINES = [
    line
    for line in TABLE_OF_ALL
    if line not in DRAWN
    # A schedule is given whole steps; second-order methods solve equations, for which bfloat16 is too coarse.
    and line.module != "schedules"
    and line.cls.__name__ not in SECOND_ORDER
]


def floats(tree: Any) -> list[Any]:
    """The floating arrays of a tree."""
    return [leaf for leaf in jax.tree.leaves(tree) if jnp.issubdtype(leaf.dtype, jnp.floating)]


def moves(answer: Any, start: Any) -> Any:
    """The answer of an optimizer with the way from the start in the place of the parameters."""

    def moved(params: Any) -> Any:
        return jax.tree.map(
            lambda now, then: now.astype(jnp.float32) - then.astype(jnp.float32), params, start
        )

    walked, end = answer
    return [(moved(params), value) for params, value in walked], moved(end)


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
    main = jax.tree.leaves(got)[0]
    if floats(short) and jnp.issubdtype(main.dtype, jnp.floating):
        assert main.dtype == own
    share = ROUNDING
    if line.module == "optimizers":
        share, got, wanted = OF_A_MOVE, moves(got, short), moves(wanted, short)
    zeros = 0
    for one, other in zip(floats(got), floats(wanted), strict=True):
        one, other = np.asarray(one, np.float32), np.asarray(other, np.float32)
        assert np.isfinite(one).all()
        size = np.abs(other).max(initial=0)
        np.testing.assert_allclose(one, other, rtol=0, atol=share * size)
        zeros += size == 0
    assert zeros == sum(
        count
        for (name, argument), count in ZEROS.items()
        if name == line.name and argument in (None, *line.settings, *line.numbers)
    ), "an answer of 0 shows nothing"


@pytest.mark.parametrize("line", DRAWN, ids=str)
def test_bfloat16_is_drawn_from_the_same_distribution(line: Entry) -> None:
    """The draw of each type may be another: 200,000 numbers each by the test of Kolmogorov and Smirnov."""
    made, program = canonical(line.made()), compiled(line)
    got, wanted = (program(made, jnp.zeros((500, 400), dtype)) for dtype in (jnp.bfloat16, jnp.float32))
    assert got.dtype == jnp.bfloat16
    one, other = np.asarray(got, np.float32).ravel(), np.asarray(wanted).ravel()
    assert stats.ks_2samp(one, other).pvalue > 0.001
