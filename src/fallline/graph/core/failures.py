"""Errors of building a graph: each is one of the house and one that TensorFlow's programs catch."""

from __future__ import annotations

from collections.abc import Sequence

from fallline.errors import FalllineWarning, NotReadyError, ShapeError, UsageError


class GraphError(UsageError):
    """A graph is built or asked wrongly (a ValueError, as TensorFlow raises)."""


class GraphShapeError(ShapeError):
    """Shapes that do not fit together, found while the graph is built (a ValueError)."""


class GraphTypeError(UsageError, TypeError):
    """Types that do not fit together, found while the graph is built."""


class UnknownNodeError(UsageError, KeyError):
    """A name that the graph does not hold."""

    def __str__(self) -> str:
        return str(self.args[0])


class GraphStateError(NotReadyError):
    """A session or graph is used when it cannot be (a RuntimeError)."""


class ResetError(GraphStateError, AssertionError):
    """The default graph is reset within `with graph.as_default()`."""


class OldNameWarning(FalllineWarning):
    """A spelling of before TensorFlow 1.0, or a form whose meaning is plain but whose words are not: it says the right line."""


OUT_OF_SCOPE = {
    "data": "feed arrays, or train by tf.objective and fl.train, which batch and shuffle",
    "estimator": "build the network by tf.layers and train it in a session, or use fl.Sequential",
    "feature_column": "`fallline train` prepares the columns of a table by itself",
    "keras": "fl.Sequential, fl.Model and fl.layers have Keras's names",
    "queue": "feed arrays instead",
    "FIFOQueue": "feed arrays instead",
    "RandomShuffleQueue": "feed arrays instead",
    "TFRecordReader": "read the rows with NumPy or polars and feed them",
    "TextLineReader": "read the rows with NumPy or polars and feed them",
    "WholeFileReader": "read the files with NumPy or Pillow and feed them",
    "image": "prepare images with NumPy or Pillow before they are fed",
    "GradientTape": "graphs have tf.gradients",
    "function": "graphs need no tf.function: a session compiles what it runs",
    "distributions": "it is no part of feedforward networks",
    "sparse_placeholder": "feed dense rows",
    "SparseTensor": "feed dense rows",
    "conv2d": "networks here are feedforward: images as rows of pixels, layers.dense",
    "conv1d": "networks here are feedforward: layers.dense",
    "max_pool": "networks here are feedforward: layers.dense",
    "avg_pool": "networks here are feedforward: layers.dense",
    "conv2d_transpose": "networks here are feedforward: layers.dense",
    "conv3d": "networks here are feedforward: layers.dense",
    "depthwise_conv2d": "networks here are feedforward: layers.dense",
    "separable_conv2d": "networks here are feedforward: layers.dense",
    "lrn": "networks here are feedforward: layers.batch_normalization",
    "local_response_normalization": "networks here are feedforward: layers.batch_normalization",
    "static_rnn": "networks here are feedforward: layers.dense",
    "rnn": "networks here are feedforward: layers.dense",
    "bidirectional_dynamic_rnn": "networks here are feedforward: layers.dense",
    "raw_rnn": "networks here are feedforward: layers.dense",
    "dynamic_rnn": "networks here are feedforward: layers.dense",
    "rnn_cell": "networks here are feedforward: layers.dense",
    "nce_loss": "losses over sampled classes are none of feedforward training: softmax_cross_entropy_with_logits takes all",
    "sampled_softmax_loss": "losses over sampled classes are none of feedforward training: softmax_cross_entropy_with_logits "
    "takes all",
    "ctc_loss": "it aligns sequences, which are no part of feedforward networks",
    "TFRecordWriter": "write the rows with NumPy or polars",
    "python_io": "read and write the rows with NumPy or polars",
}
"""Names of TensorFlow that are not offered, and what to do instead."""


def absent(space: str, name: str, near: Sequence[str] = ()) -> AttributeError:
    """The error for a name that a name space does not have.

    Args:
        space: The name space, such as `tf.nn`.
        name: What was asked for.
        near: Names that it may have meant.
    """
    if name in OUT_OF_SCOPE:
        return AttributeError(f"{space}.{name} is out of scope of fallline.graph: {OUT_OF_SCOPE[name]}.")
    meant = f" Did you mean {space}.{near[0]}?" if near else ""
    return AttributeError(f"{space} has no {name} in fallline.graph.{meant}")
