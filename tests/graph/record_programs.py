"""Writes programs.npz: what TensorFlow gives for the programs of programs.py.

python -m venv tf && tf/bin/pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0
tf/bin/python tests/graph/record_programs.py
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow.compat.v1 as tf

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import programs

tf.disable_v2_behavior()

if __name__ == "__main__":
    found = {}
    for program in programs.PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            for name, value in programs.run(tf, program, folder).items():
                found[f"{program.__name__}/{name}"] = value
    np.savez_compressed(HERE / "programs.npz", **found)
    print(f"{len(programs.PROGRAMS)} programs, {len(found)} results, TensorFlow {tf.__version__}")
