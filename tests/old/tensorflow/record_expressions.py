"""Writes expressions.json: what TensorFlow gives for the expressions.

python -m venv tf && tf/bin/pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0
tf/bin/python tests/old/tensorflow/record_expressions.py
"""

import json
import os
from pathlib import Path

os.environ |= {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}

import expressions
import tensorflow as tf

found = expressions.results(tf)
lines = (f"{json.dumps(line)}: {json.dumps(result)}" for line, result in found.items())
(Path(__file__).parent / "expressions.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
