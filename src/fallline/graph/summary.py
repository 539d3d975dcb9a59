"""`tf.summary`: what a run records for TensorBoard, and the file that it is written to.

A summary is computed in Python after the run, of values that the run gives; fetched, it is the bytes that
`FileWriter.add_summary` takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fallline.errors import FalllineError
from fallline.events import EventWriter, clean_tag, histogram_summary, image_summary, scalar_summary
from fallline.graph.core.building import convert
from fallline.graph.core.dtypes import string
from fallline.graph.core.failures import GraphTypeError, absent
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph
from fallline.graph.core.graph_def import GraphDef, graph_def_of
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.errors import InvalidArgumentError

__all__ = [
    "FileWriter",
    "Summary",
    "get_summary_description",
    "histogram",
    "image",
    "merge",
    "merge_all",
    "scalar",
]


class Summary:
    """Values under their tags, put together by hand: `tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=0.5)])`.

    Attributes:
        value: The values.
    """

    class Value:
        """One number under a tag.

        Attributes:
            tag: The tag.
            simple_value: The number.
        """

        def __init__(self, tag: str = "", simple_value: float = 0.0, node_name: str = "") -> None:
            self.tag, self.simple_value, self.node_name = tag, simple_value, node_name

    class _Values(list[Any]):
        def add(self, tag: str = "", simple_value: float = 0.0) -> Summary.Value:
            """Adds a number under a tag."""
            value = Summary.Value(tag, simple_value)
            self.append(value)
            return value

    def __init__(self, value: Sequence[Summary.Value] = ()) -> None:
        self.value = Summary._Values(value)

    def SerializeToString(self) -> bytes:  # noqa: N802 - the name of protocol buffers
        """The summary as an event file holds it."""
        return b"".join(scalar_summary(each.tag, each.simple_value) for each in self.value)


def _checked(name: str, build: Callable[..., bytes], *arguments: Any) -> bytes:
    try:
        return build(name, *arguments)
    except FalllineError as error:
        raise InvalidArgumentError(None, None, str(error)) from None


def _scalar(value: Any, *, tag: str) -> bytes:
    return _checked(tag, scalar_summary, value)


def _histogram(values: Any, *, tag: str) -> bytes:
    return _checked(tag, histogram_summary, values)


def _image(images: Any, *, tag: str, most: int) -> bytes:
    return _checked(tag, image_summary, images, most)


def _joined(*summaries: bytes) -> bytes:
    return b"".join(summaries)


_SCALAR, _HISTOGRAM = Formula(_scalar, False, on_host=True), Formula(_histogram, False, on_host=True)
_IMAGE, _MERGED = Formula(_image, False, on_host=True), Formula(_joined, False, on_host=True)


def _summary(
    type: str,
    name: str,
    tensor: Any,
    formula: Formula,
    collections: Any,
    family: str | None,
    **attributes: Any,
) -> Tensor:
    if not isinstance(name, str):
        raise GraphTypeError(f"tf.summary: the name comes first, then the tensor; got {name!r} as the name.")
    graph = get_default_graph()
    value = convert(tensor)
    own = clean_tag(f"{family}/{name}" if family else name)
    # The tag is the name of the node, which is unique.
    with graph.name_scope(own) as entered:
        tag = entered.rstrip("/")
        if family:
            tag = f"{clean_tag(family)}/{tag}"
        operation = graph.add(
            type, [value], formula, [(string, ())], entered, attributes={"tag": tag, **attributes}
        )
    for key in [GraphKeys.SUMMARIES] if collections is None else collections:
        graph.add_to_collection(key, operation.outputs[0])
    return operation.outputs[0]


def scalar(name: str, tensor: Any, collections: Any = None, family: str | None = None) -> Tensor:
    """A number to record under a name.

    Args:
        name: The name; the tag is that of the node, scopes included.
        tensor: One number.
        collections: Where the summary is entered; by default where `merge_all` looks.
        family: A group of tags that TensorBoard shows together.

    Raises:
        InvalidArgumentError: at run, of more than one number.
    """
    return _summary("ScalarSummary", name, tensor, _SCALAR, collections, family)


def histogram(name: str, values: Any, collections: Any = None, family: str | None = None) -> Tensor:
    """How the numbers of a tensor are distributed, to record under a name.

    Raises:
        InvalidArgumentError: at run, of numbers that are not finite.
    """
    return _summary("HistogramSummary", name, values, _HISTOGRAM, collections, family)


def image(
    name: str, tensor: Any, max_outputs: int = 3, collections: Any = None, family: str | None = None
) -> Tensor:
    """Images (images, height, width, channels) to record under a name.

    Raises:
        InvalidArgumentError: at run, of another shape.
    """
    return _summary("ImageSummary", name, tensor, _IMAGE, collections, family, most=int(max_outputs))


def merge(inputs: Sequence[Any], collections: Any = None, name: str | None = None) -> Tensor:
    """Several summaries as one."""
    graph = get_default_graph()
    tensors = [convert(each) for each in inputs]
    for each in tensors:
        if each.dtype.base_dtype is not string:
            raise GraphTypeError(
                f"tf.summary.merge: expected summaries, got {each!r}. tf.summary.scalar(name, x) makes one."
            )
    operation = graph.add("MergeSummary", tensors, _MERGED, [(string, ())], name or "Merge/MergeSummary")
    for key in collections or ():
        graph.add_to_collection(key, operation.outputs[0])
    return operation.outputs[0]


def merge_all(
    key: str = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None
) -> Tensor | None:
    """All summaries of the graph so far as one; None where there are none."""
    found = get_default_graph().get_collection(key, scope)
    return merge(found, name=name) if found else None


def get_summary_description(node_def: Any) -> Any:
    """What a summary says of itself: nothing beyond its tag."""
    return node_def


class FileWriter:
    """Writes summaries and the graph to an event file: `tensorboard --logdir folder` shows it.

    Args:
        logdir: The folder; it is made where it is missing.
        graph: A graph to write at once.
        max_queue: Taken and left alone.
        flush_secs: Seconds after which what is written is put on the disk.
        graph_def: Taken for `graph`, as before TensorFlow 1.0.
        filename_suffix: What the file's name ends with.
        session: Taken and left alone.

    Raises:
        UsageError: the folder cannot be made.
    """

    def __init__(
        self,
        logdir: Any,
        graph: Any = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: Any = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ) -> None:
        del max_queue, session
        self._writer = EventWriter(logdir, filename_suffix or "", flush_secs)
        shown = graph if graph is not None else graph_def
        if shown is not None:
            self.add_graph(shown)

    def get_logdir(self) -> str:
        """The folder."""
        return str(self._writer.logdir)

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Writes a summary: the bytes that a run gave, or one put together by hand.

        Args:
            summary: The summary.
            global_step: The step, which should grow.

        Raises:
            GraphTypeError: it is no summary, such as a tensor that was not run.
        """
        if isinstance(summary, Summary):
            summary = summary.SerializeToString()
        if isinstance(summary, np.ndarray) and summary.shape == ():
            summary = summary.item()
        if not isinstance(summary, bytes):
            raise GraphTypeError(
                f"add_summary: expected what a run gives for a summary, got {summary!r:.80}. "
                "writer.add_summary(sess.run(merged, feed_dict=...), step)"
            )
        self._writer.add_summary(summary, None if global_step is None else int(global_step))

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: Any = None) -> None:
        """Writes a graph.

        Raises:
            GraphTypeError: it is none.
        """
        shown = graph if graph is not None else graph_def
        if isinstance(shown, Graph):
            shown = graph_def_of(shown)
        if not isinstance(shown, GraphDef):
            raise GraphTypeError(f"add_graph: expected a graph, such as sess.graph, got {shown!r:.80}.")
        self._writer.add_graph(shown.SerializeToString(), 0 if global_step is None else int(global_step))

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        """Taken and left alone: a run is not traced."""

    def add_session_log(self, session_log: Any, global_step: Any = None) -> None:
        """Taken and left alone."""

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        """Taken and left alone."""

    def flush(self) -> None:
        """Puts what is written on the disk."""
        self._writer.flush()

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()

    def reopen(self) -> None:
        """Goes on in a new file after `close`."""
        self._writer.reopen()

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def __getattr__(name: str) -> Any:
    raise absent("tf.summary", name)
