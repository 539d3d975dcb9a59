"""`tf.io`: a graph as a text; local files are `tf.gfile`."""

from typing import Any

from fallline.graph.core.failures import absent
from fallline.graph.gfile import GFile as gfile  # noqa: N813 - TensorFlow's name
from fallline.graph.train.graph_text import write_graph

__all__ = ["gfile", "write_graph"]


def __getattr__(name: str) -> Any:
    raise absent("tf.io", name)
