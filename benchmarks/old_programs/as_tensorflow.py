"""Runs a program of `programs/` with TensorFlow 2: graphs by its compat.v1, Keras as Keras 2 (tf_keras)."""

from __future__ import annotations

import os
import runpy
import sys
import types
from pathlib import Path

os.environ |= {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def main() -> None:
    """The program that the command line names."""
    program = sys.argv[1]
    if Path(program).name.startswith("graph"):
        _graphs()
    else:
        import tf_keras

        sys.modules["keras"] = tf_keras
        for name in ("models", "layers", "optimizers", "callbacks", "utils"):
            sys.modules[f"keras.{name}"] = getattr(tf_keras, name)
    sys.argv = [program]
    runpy.run_path(program, run_name="__main__")


def _graphs() -> None:
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    sys.modules["tensorflow"] = tf
    tests = Path(__file__).parents[2] / "tests" / "end_to_end" / "old" / "graphs"
    sys.path.insert(0, str(tests))
    import stand_ins  # type: ignore[import-not-found]

    for name in ("tensorflow.examples", "tensorflow.examples.tutorials"):
        sys.modules[name] = types.ModuleType(name)
    mnist = types.ModuleType("tensorflow.examples.tutorials.mnist")
    mnist.__dict__["input_data"] = types.SimpleNamespace(read_data_sets=stand_ins.read_data_sets)
    sys.modules[mnist.__name__] = mnist


if __name__ == "__main__":
    main()
