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
objective    a graph as an objective of the engine, for `fl.train`

All else is a name space of TensorFlow: `nn`, `layers`, `losses`, `metrics`, `train`, `summary`, `contrib`, ...
"""

import importlib
import sys
from difflib import get_close_matches
from typing import Any

from fallline.graph.core.building import constant as constant
from fallline.graph.core.context import *  # noqa: F403
from fallline.graph.core.default_session import *  # noqa: F403
from fallline.graph.core.dtypes import (
    DType as DType,
    as_dtype as as_dtype,
    bfloat16 as bfloat16,
    bool_ as bool,  # noqa: F401
    complex64 as complex64,
    complex128 as complex128,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    string as string,
    uint8 as uint8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
)
from fallline.graph.core.failures import OldNameWarning as OldNameWarning, absent
from fallline.graph.core.gradients import *  # noqa: F403
from fallline.graph.core.graph import *  # noqa: F403
from fallline.graph.core.indexed_slices import IndexedSlices as IndexedSlices
from fallline.graph.core.nodes import Operation as Operation, Tensor as Tensor
from fallline.graph.core.shapes import Dimension as Dimension, TensorShape as TensorShape
from fallline.graph.core.variable_scopes import *  # noqa: F403
from fallline.graph.core.variables import *  # noqa: F403
from fallline.graph.drawing import picture as _picture  # noqa: F401 - graph.show()
from fallline.graph.initializers import *  # noqa: F403
from fallline.graph.objective import objective as objective
from fallline.graph.old_names import *  # noqa: F403
from fallline.graph.ops.names import *  # noqa: F403
from fallline.graph.running.session import *  # noqa: F403
from fallline.graph.settings import *  # noqa: F403
from fallline.graph.summary import Summary as Summary
from fallline.graph.variable_checks import *  # noqa: F403

__version__ = VERSION = "1.15.5"
"""The TensorFlow whose programs run: some ask."""

SPACES = (
    "app", "compat", "contrib", "errors", "examples", "flags", "gfile", "initializers", "io", "layers", "logging", "losses",
    "math", "metrics", "nn", "python", "random", "saved_model", "summary", "test", "train",
)  # fmt: skip
"""Name spaces, loaded when they are first used."""

newaxis = None


def __getattr__(name: str) -> Any:
    if name in SPACES:
        module = importlib.import_module(f"fallline.graph.{name}")
        setattr(sys.modules[__name__], name, module)
        return module
    raise absent("tf", name, get_close_matches(name, __dir__(), 1))


def __dir__() -> list[str]:
    return sorted({*SPACES, *(name for name in globals() if not name.startswith("_"))})
