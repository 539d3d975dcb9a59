"""Spellings of before TensorFlow 1.0 that make no operation of arithmetic: they work, and say the later line."""

from __future__ import annotations

from fallline.graph import summary
from fallline.graph.core import variable_lists as variables
from fallline.graph.ops.old import renamed

__all__ = [
    "all_variables",
    "histogram_summary",
    "image_summary",
    "initialize_all_variables",
    "initialize_local_variables",
    "initialize_variables",
    "merge_all_summaries",
    "merge_summary",
    "scalar_summary",
]


all_variables = renamed("tf.all_variables", "tf.global_variables", variables.global_variables)
initialize_all_variables = renamed(
    "tf.initialize_all_variables", "tf.global_variables_initializer", variables.global_variables_initializer
)
initialize_variables = renamed(
    "tf.initialize_variables", "tf.variables_initializer", variables.variables_initializer
)
initialize_local_variables = renamed(
    "tf.initialize_local_variables", "tf.local_variables_initializer", variables.local_variables_initializer
)
scalar_summary = renamed("tf.scalar_summary", "tf.summary.scalar", summary.scalar)
histogram_summary = renamed("tf.histogram_summary", "tf.summary.histogram", summary.histogram)
image_summary = renamed("tf.image_summary", "tf.summary.image", summary.image)
merge_summary = renamed("tf.merge_summary", "tf.summary.merge", summary.merge)
merge_all_summaries = renamed("tf.merge_all_summaries", "tf.summary.merge_all", summary.merge_all)
