"""What TensorFlow's kernels draw: tensorflow_draws.json holds their numbers, record_tensorflow.py wrote them."""

from __future__ import annotations

import ast
import functools
import json
import zlib
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from fallline.compilation.program import Program
from fallline.errors import UsageError
from fallline.graph.random import choices, distributions, seeds as seeding
from fallline.graph.random.philox import State, advanced, in_64_bits, words

RECORD = json.loads(Path(__file__).with_name("tensorflow_draws.json").read_text())
LOGITS = [[-2.3, -1.6, -0.36], [-1.2, -1.2, -0.92], [float("-inf"), -0.69, -0.69], [0.0, float("nan"), 3.0]]

# Logarithm, sine and cosine of XLA and of TensorFlow's mathematical library differ in the last bits.
WITHIN = {"float32": 1e-6, "float64": 4e-15, "float16": 2e-3, "bfloat16": 1.6e-2}


def drawn(name: str, state: State):
    """What a line of the record names."""
    kind, *rest = name.replace(", ", ",").split()
    if kind == "multinomial":
        return choices.multinomial(state, jnp.asarray(LOGITS, jnp.float32), int(rest[0]))
    if kind == "shuffled":
        shape = ast.literal_eval(rest[0])
        return choices.shuffled(state, jnp.arange(np.prod(shape), dtype=jnp.int32).reshape(shape))
    dtype, shape, *numbers = rest[0], ast.literal_eval(rest[1]), *map(ast.literal_eval, rest[2:])
    if kind == "integers":
        return distributions.integers(state, shape, *numbers, dtype)
    return getattr(distributions, kind)(state, shape, dtype, *numbers)


def started(seeds: tuple[int, int] | None) -> State:
    return jnp.asarray(seeding.start(seeds))


@functools.cache
def runs(kind: str) -> list[dict[str, np.ndarray]]:
    """What three runs draw of all lines of a kind, in one program."""
    names = [name for name in RECORD["draws"] if name.startswith(kind)]

    def draw_all(states):
        pairs = [drawn(name, state) for name, state in zip(names, states, strict=True)]
        return [values for values, _ in pairs], [state for _, state in pairs]

    program, done = Program(draw_all, "draws", runs_once=True), []
    states = [started(seeding.op_seed(None, 7, 0))] * len(names)
    for _ in range(3):
        values, states = program(states)
        done.append(dict(zip(names, map(np.ascontiguousarray, values), strict=True)))
    return done


@pytest.mark.parametrize("name", RECORD["draws"])
def test_three_runs_draw_what_tensorflow_draws(name):
    kind, dtype = name.split()[:2]
    for expected, run in zip(RECORD["draws"][name], runs(kind), strict=True):
        values = run[name]
        plain = values.astype(np.int64 if values.dtype.kind == "i" else np.float64).ravel()
        within = 0.0
        if "normal" in kind:
            within = WITHIN[dtype]
        elif name == "uniform float64 (9,) -1 2":
            within = 4e-16  # XLA makes one operation of the product and the sum
        else:
            assert zlib.crc32(values.tobytes()) == expected["crc"]
        np.testing.assert_allclose(plain[:8], expected["first"], rtol=0, atol=within)
        np.testing.assert_allclose(plain[-5:], expected["last"], rtol=0, atol=within)
        within = 2e-3 if "float16" in dtype else 1e-7
        np.testing.assert_allclose(np.sum(np.square(plain.astype(float))), expected["squares"], rtol=within)


@pytest.fixture(scope="module")
def one():
    """One number, uniform or normal, and the state after it."""
    return Program(
        lambda state: (distributions.uniform(state, ()), distributions.normal(state, ())),
        "draws",
        runs_once=True,
    )


@pytest.mark.parametrize(("graph_seed", "own", "expected"), RECORD["seeds"])
def test_seeds_are_derived_as_tensorflow_derives_them(graph_seed, own, expected, one):
    number, draws = 0, []
    for seed in own:
        (value, _), _ = one(started(seeding.op_seed(graph_seed, seed, number)))
        draws.append(value)
        number += seed is None
    np.testing.assert_array_equal(draws, np.float32(expected))


def test_the_measured_numbers(one):
    # tf.set_random_seed(1): random_normal([1]) alone, in the second run, and after another operation without a seed.
    _, (first, state) = one(started(seeding.op_seed(1, None, 0)))
    _, (second, _) = one(state)
    _, (other, _) = one(started(seeding.op_seed(1, None, 1)))
    np.testing.assert_allclose([first, second, other], [0.3052047, -0.8927349, 0.2818339], rtol=3e-7)


def test_without_any_seed_each_session_draws_anew():
    assert seeding.op_seed(None, None, 5) is None
    first, second = seeding.start(None), seeding.start(None)
    assert (first != second).any()
    np.testing.assert_array_equal(first[2:4], 0)


def test_the_counter_carries_over_all_its_words():
    @in_64_bits
    def over(state):
        moved, far = advanced(state, 3), advanced(state, 2**40)
        return words(state, 16), moved, words(moved, 4), far

    state = jnp.asarray(np.array([1, 2, 2**32 - 2, 2**32 - 1, 2**32 - 1, 5], np.uint32))
    drawn, moved, after, far = Program(over, "draws", runs_once=True)(state)
    np.testing.assert_array_equal(moved, np.uint32([1, 2, 1, 0, 0, 6]))
    np.testing.assert_array_equal(drawn[12:], after)
    np.testing.assert_array_equal(far, np.uint32([1, 2, 2**32 - 2, 2**8 - 1, 0, 6]))


def test_the_generator_gives_the_published_numbers():
    # Random123's known answers for philox4x32 with 10 rounds: of zeros, and of ones in all bits.
    first = Program(in_64_bits(lambda state: words(state, 4)), "draws", runs_once=True)
    zeros, ones = np.zeros(6, np.uint32), np.full(6, 2**32 - 1, np.uint32)
    expected = np.uint32([0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8])
    np.testing.assert_array_equal(first(jnp.asarray(zeros)), expected)
    expected = np.uint32([0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD])
    np.testing.assert_array_equal(first(jnp.asarray(ones)), expected)


def test_bounds_and_spreads_may_be_arrays_of_the_program():
    def draw(state, low, high, spread):
        return (
            distributions.uniform(state, (3,), "float32", low, high)[0],
            distributions.integers(state, (3,), low, high)[0],
            distributions.normal(state, (2, 3), mean=1, stddev=spread)[0],
        )

    def plain(state):
        return (
            distributions.uniform(state, (3,), "float32", -3, 10)[0],
            distributions.integers(state, (3,), -3, 10)[0],
            distributions.normal(state, (2, 3))[0],
        )

    state, spread = started((87654321, 7)), np.float32([[0.5], [2.0]])
    arguments = (state, jnp.int32(-3), jnp.int32(10), jnp.asarray(spread))
    floats, whole, normal = Program(draw, "draws", runs_once=True)(*arguments)
    same_floats, same_whole, standard = Program(plain, "draws", runs_once=True)(state)
    np.testing.assert_array_equal(floats, same_floats)
    np.testing.assert_array_equal(whole, same_whole)
    np.testing.assert_allclose(normal, 1 + spread * standard, rtol=1e-6)


def test_what_cannot_be_drawn_is_said():
    state = started((1, 2))
    with pytest.raises(UsageError, match='"float32".*not "int32"'):
        distributions.uniform(state, (2,), "int32")
    with pytest.raises(UsageError, match='not "bool"'):
        distributions.truncated_normal(state, (2,), bool)
    with pytest.raises(UsageError, match="need minval < maxval, got 3 >= 3"):
        distributions.integers(state, (2,), 3, 3)
    with pytest.raises(UsageError, match='"int32" or "int64", not "float32"'):
        distributions.integers(state, (2,), 0, 3, "float32")
