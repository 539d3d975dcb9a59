"""The writer of summaries by its name of before TensorFlow 1.0."""

from __future__ import annotations

import importlib
from typing import Any

from fallline.errors import warn
from fallline.graph.core.failures import OldNameWarning


def SummaryWriter(*arguments: Any, **keywords: Any) -> Any:  # noqa: N802 - TensorFlow's name
    """`tf.summary.FileWriter`, as it was called before TensorFlow 1.0."""
    warn(
        "tf.train.SummaryWriter(...) is of before TensorFlow 1.0; now: tf.summary.FileWriter(...).",
        OldNameWarning,
    )
    return importlib.import_module("fallline.graph.summary").FileWriter(*arguments, **keywords)
