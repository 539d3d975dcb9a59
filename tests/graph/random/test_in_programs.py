"""Draws within loops and stacked programs, in 32 and in 64 bits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from fallline.compilation.program import Program
from fallline.graph.random import choices, distributions, seeds


def several(state):
    cut, state = distributions.truncated_normal(state, (6,))
    wide, state = distributions.uniform(state, (3,), "float64")
    whole, state = distributions.integers(state, (3,), 0, 7, "int64")
    order, state = choices.shuffled(state, jnp.arange(5, dtype=jnp.int32))
    return (cut, wide, whole, order), state


def test_a_member_of_a_stack_in_a_loop_draws_what_it_draws_alone():
    def loop(state):
        return jax.lax.scan(lambda state, _: several(state)[::-1], state, None, length=2)

    states = np.stack([seeds.start((1, number)) for number in range(2)])
    after, stacked = Program(jax.vmap(loop), "stacked", runs_once=True)(jnp.asarray(states))
    stacked = [np.asarray(each) for each in stacked]
    alone = Program(several, "alone", runs_once=True)
    for member, state in enumerate(states):
        for step in range(2):
            drawn, state = alone(jnp.asarray(state))
            for ours, theirs in zip(drawn, stacked, strict=True):
                np.testing.assert_array_equal(ours, theirs[member, step])
        np.testing.assert_array_equal(state, np.asarray(after)[member])
    assert [each.dtype.name for each in stacked] == ["float32", "float64", "int64", "int32"]
