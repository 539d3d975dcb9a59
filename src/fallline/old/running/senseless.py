"""What is said before a program runs that cannot come to its end: it uses what Fallline leaves to other libraries."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator

from fallline.errors import ABSENT, IMAGES, SEQUENCES
from fallline.old.notices import say_once
from fallline.old.program import Program

PIPELINE = "tf.data"
SUSPECT = {PIPELINE} | {name for name, why in ABSENT.items() if why in (IMAGES, SEQUENCES)} | {
    "conv2d", "conv1d", "conv3d", "max_pool", "avg_pool", "rnn_cell", "dynamic_rnn", "static_rnn", "rnn", "estimator",
    "feature_column", "string_input_producer", "TFRecordReader", "max_pooling2d", "MaxPooling1D", "LSTMCell", "BasicLSTMCell",
}  # fmt: skip
"""Names that make a look worth its time: the check itself asks the modules."""


def say_before(program: Program) -> None:
    """Says what the program uses of convolution, recurrence, estimators or input pipelines, with its lines."""
    if not any(name in SUSPECT for source in program.sources for name in _names(source.tree)):
        return
    from fallline.old.checking import check

    # A courtesy: where it cannot tell, the program runs all the same.
    with contextlib.suppress(Exception):
        for finding in check(program).stopping:
            say_once(str(finding))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of_tensorflow = isinstance(node.value, ast.Name) and node.value.id in ("tf", "tensorflow")
            yield PIPELINE if node.attr == "data" and of_tensorflow else node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]
