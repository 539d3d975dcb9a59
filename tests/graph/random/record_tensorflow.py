"""Writes what TensorFlow draws into tensorflow_draws.json, which test_draws.py compares with.

python tests/graph/random/record_tensorflow.py       # where tensorflow 2.21 is installed
"""

import json
import zlib
from pathlib import Path

import numpy as np
import tensorflow.compat.v1 as tf

RUNS = 3
SHAPES = [(), (3, 5), (0,), (5003,)]
LOGITS = [[-2.3, -1.6, -0.36], [-1.2, -1.2, -0.92], [float("-inf"), -0.69, -0.69], [0.0, float("nan"), 3.0]]


def operations():
    """Name -> operation. The name says what test_draws.py has to draw."""
    for shape in SHAPES:
        for dtype in ("float32", "float64"):
            yield f"uniform {dtype} {shape}", tf.random_uniform(shape, dtype=dtype, seed=7)
            yield f"normal {dtype} {shape}", tf.random_normal(shape, dtype=dtype, seed=7)
            yield f"truncated_normal {dtype} {shape}", tf.truncated_normal(shape, dtype=dtype, seed=7)
        for dtype in ("int32", "int64"):
            yield f"integers {dtype} {shape} -3 10", tf.random_uniform(shape, -3, 10, dtype, seed=7)
    for dtype in ("float16", "bfloat16"):
        yield f"uniform {dtype} (103,)", tf.random_uniform([103], dtype=dtype, seed=7)
        yield f"normal {dtype} (103,)", tf.random_normal([103], dtype=dtype, seed=7)
        yield f"truncated_normal {dtype} (103,)", tf.truncated_normal([103], dtype=dtype, seed=7)
    # Limits of glorot_uniform for (784, 256), and what a program writes.
    yield (
        "uniform float32 (784, 256) -0.0759555 0.0759555",
        tf.random_uniform([784, 256], -0.0759555, 0.0759555, seed=7),
    )
    yield "uniform float64 (9,) -1 2", tf.random_uniform([9], -1, 2, tf.float64, seed=7)
    yield "normal float32 (5003,) 1.5 0.3", tf.random_normal([5003], 1.5, 0.3, seed=7)
    yield "truncated_normal float32 (784, 256) 0 0.1", tf.truncated_normal([784, 256], stddev=0.1, seed=7)
    yield (
        f"integers int64 (9,) {-(2**62)} {2**62 + 3}",
        tf.random_uniform([9], -(2**62), 2**62 + 3, tf.int64, seed=7),
    )
    yield (
        f"integers int32 (9,) {-(2**31)} {2**31 - 1}",
        tf.random_uniform([9], -(2**31), 2**31 - 1, tf.int32, seed=7),
    )
    for rows in (1, 2, 5, 6, 100):
        yield f"shuffled ({rows},)", tf.random_shuffle(tf.range(rows), seed=7)
    yield "shuffled (10, 3)", tf.random_shuffle(tf.reshape(tf.range(30), (10, 3)), seed=7)
    for count in (1, 33):
        yield f"multinomial {count}", tf.multinomial(tf.constant(LOGITS), count, seed=7)


def described(values):
    """What of the numbers is kept: a checksum and the sum of squares of all, and some of them."""
    values = np.ascontiguousarray(values)
    plain = values.astype(np.float64 if values.dtype.kind in "fV" else np.int64).ravel()
    squares = float(np.sum(np.square(plain.astype(np.float64))))
    return {
        "crc": zlib.crc32(values.tobytes()),
        "squares": squares,
        "first": plain[:8].tolist(),
        "last": plain[-5:].tolist(),
    }


def seeds():
    """The first number of operations with several seeds: [graph seed, own seeds of all, numbers]."""
    for graph_seed, own in [
        (1, [None, None, 3, None]),
        (None, [0, 3, 2**31 - 1, 2**40 + 5, -4]),
        (0, [None, None, 0]),
        (-5, [None, 2]),
        (2**33 + 1, [None, 2]),
    ]:
        with tf.Graph().as_default(), tf.Session() as session:
            if graph_seed is not None:
                tf.set_random_seed(graph_seed)
            draws = []
            for seed in own:
                tf.constant(1.0)  # shifts nothing
                draws.append(tf.random_uniform([], seed=seed))
            yield [graph_seed, own, [float(value) for value in session.run(draws)]]


def main():
    """Runs each operation three times in one session."""
    tf.disable_v2_behavior()
    named = dict(operations())
    with tf.Session() as session:
        runs = [session.run(named) for _ in range(RUNS)]
    record = {
        "tensorflow": tf.__version__,
        "draws": {name: [described(run[name]) for run in runs] for name in named},
        "seeds": list(seeds()),
    }
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(runs)}" for name, runs in record["draws"].items())
    text = f'{{"tensorflow": "{record["tensorflow"]}",\n"seeds": {json.dumps(record["seeds"])},\n"draws": {{\n{lines}}}}}\n'
    assert json.loads(text) == record
    Path(__file__).with_name("tensorflow_draws.json").write_text(text)


if __name__ == "__main__":
    main()
