"""Define-then-run: graphs, sessions and optimizers under TensorFlow 1's names, compiled, without TensorFlow.

    import fallline.graph as tf

    x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int64, [None])
    logits = tf.layers.dense(tf.layers.dense(x, 128, tf.nn.relu), 10)
    cost = tf.losses.sparse_softmax_cross_entropy(y, logits)
    step = tf.train.AdamOptimizer().minimize(cost)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step, feed_dict={x: images, y: labels})

core         nodes, graphs, variables, gradients
running      from a graph to a program; sessions
ops          operations
files        checkpoints and event files
random       the numbers that TensorFlow draws
drawing      a graph as a picture
graph_objective   a graph as an objective of the engine, for `fl.train`

All else is a name space of TensorFlow: `nn`, `layers`, `losses`, `metrics`, `train`, `summary`, `contrib`, ...
"""

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from fallline.own.loading import load

if TYPE_CHECKING:
    from fallline.graph.graph_objective import objective as objective
    from fallline.graph.names import *  # noqa: F403

__version__ = VERSION = "1.15.5"
"""The TensorFlow whose programs run: some ask."""

SPACES = (
    "app", "compat", "contrib", "errors", "examples", "flags", "gfile", "initializers", "io", "layers", "linalg", "logging",
    "losses", "math", "metrics", "nn", "profiler", "python", "random", "saved_model", "summary", "test", "train",
)  # fmt: skip
"""Name spaces, loaded when they are first used."""


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    own = sys.modules[__name__]
    if name in SPACES:
        module = load(f"fallline.graph.{name}")
        setattr(own, name, module)
        return module
    if name == "objective":  # it loads the engine, which sessions do without
        value = load("fallline.graph.graph_objective").objective
        setattr(own, name, value)
        return value
    found = _names()
    if name in found:
        # The next access finds them without coming here.
        vars(own).update({each: value for each, value in found.items() if each not in SPACES})
        return found[name]
    from fallline.graph.core.failures import absent

    raise absent("tf", name, get_close_matches(name, __dir__(), 1))


def _names() -> dict[str, Any]:
    module = load("fallline.graph.names")
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def __dir__() -> list[str]:
    return sorted({*SPACES, "VERSION", "objective", *_names()})
