"""What TensorFlow 2 no longer has, for record.py: the digits' reader, spellings of before 1.0, contrib, IPython.

Written apart from Fallline's, with TensorFlow's own operations, so that the numbers are TensorFlow's.
"""

from __future__ import annotations

import collections
import contextlib
import gzip
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.framework import ops

# --- of before 1.0 ----------------------------------------------------------------------------------------


def concat(values: Any, axis: Any = None, name: str = "concat", concat_dim: Any = None) -> Any:
    """Before 1.0 the axis came first."""
    if isinstance(values, int):
        values, axis = axis, values
    return _concat(values, axis if concat_dim is None else concat_dim, name)


def cross_entropy(
    first: Any = None, second: Any = None, labels: Any = None, logits: Any = None, **rest: Any
) -> Any:
    """Before 1.0 by position: logits, labels."""
    if first is not None and second is not None:
        logits, labels = first, second
    elif first is not None:
        logits = first
    return _cross_entropy(labels=labels, logits=logits, **rest)


_concat, _cross_entropy = tf.concat, tf.nn.softmax_cross_entropy_with_logits
_sigmoid_cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits


def sigmoid_cross_entropy(
    first: Any = None, second: Any = None, labels: Any = None, logits: Any = None, **rest: Any
) -> Any:
    """The same for the logistic one."""
    if first is not None and second is not None:
        logits, labels = first, second
    return _sigmoid_cross_entropy(labels=labels, logits=logits, **rest)


def before_one() -> None:
    """The old spellings."""
    tf.mul, tf.sub, tf.neg, tf.pack, tf.unpack, tf.select = (
        tf.multiply, tf.subtract, tf.negative, tf.stack, tf.unstack, tf.where,
    )  # fmt: skip
    tf.scalar_summary, tf.histogram_summary = tf.summary.scalar, tf.summary.histogram
    tf.merge_all_summaries, tf.train.SummaryWriter = tf.summary.merge_all, tf.summary.FileWriter
    tf.concat, tf.nn.softmax_cross_entropy_with_logits = concat, cross_entropy
    tf.nn.sigmoid_cross_entropy_with_logits = sigmoid_cross_entropy


# --- contrib ----------------------------------------------------------------------------------------------


def variance_scaling_initializer(
    factor: float = 2.0,
    mode: str = "FAN_IN",
    uniform: bool = False,
    seed: Any = None,
    dtype: Any = tf.float32,
) -> Callable[..., Any]:
    """He's, Glorot's and their like, with contrib's variance of a cut normal distribution."""

    def draw(shape: Any, dtype: Any = dtype, partition_info: Any = None) -> Any:
        inward, outward = float(shape[-2]) if len(shape) > 1 else float(shape[-1]), float(shape[-1])
        n = {"FAN_IN": inward, "FAN_OUT": outward, "FAN_AVG": (inward + outward) / 2}[mode]
        if uniform:
            limit = np.sqrt(3.0 * factor / n)
            return tf.random_uniform(shape, -limit, limit, dtype, seed=seed)
        return tf.truncated_normal(shape, 0.0, np.sqrt(1.3 * factor / n), dtype, seed=seed)

    return draw


def xavier_initializer(uniform: bool = True, seed: Any = None, dtype: Any = tf.float32) -> Callable[..., Any]:
    """Glorot's."""
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


def l2_regularizer(scale: float, scope: Any = None) -> Callable[..., Any]:
    """Half the sum of squares."""
    return lambda weights: tf.multiply(scale, tf.nn.l2_loss(weights))


def l1_regularizer(scale: float, scope: Any = None) -> Callable[..., Any]:
    """The sum of sizes."""
    return lambda weights: tf.multiply(scale, tf.reduce_sum(tf.abs(weights)))


_defaults: list[dict[Any, dict[str, Any]]] = [{}]


@contextlib.contextmanager
def arg_scope(functions: Any, **keywords: Any) -> Iterator[None]:
    """Defaults of functions."""
    held = dict(_defaults[-1])
    for each in functions:
        held[each.__name__] = held.get(each.__name__, {}) | keywords
    _defaults.append(held)
    yield
    _defaults.pop()


def fully_connected(inputs: Any, num_outputs: int, **keywords: Any) -> Any:
    """A dense layer in contrib's names."""
    given = {
        "activation_fn": tf.nn.relu, "normalizer_fn": None, "normalizer_params": None, "scope": None, "reuse": None,
        "weights_initializer": xavier_initializer(), "weights_regularizer": None, "biases_initializer": tf.zeros_initializer(),
    } | _defaults[-1].get("fully_connected", {}) | keywords  # fmt: skip
    with tf.variable_scope(given["scope"], "fully_connected", [inputs], reuse=given["reuse"]):
        weights = tf.get_variable(
            "weights", [int(inputs.shape[-1]), num_outputs],
            initializer=given["weights_initializer"], regularizer=given["weights_regularizer"],
        )  # fmt: skip
        out = tf.matmul(inputs, weights)
        if given["normalizer_fn"]:
            out = given["normalizer_fn"](out, **(given["normalizer_params"] or {}))
        elif given["biases_initializer"] is not None:
            out = out + tf.get_variable("biases", [num_outputs], initializer=given["biases_initializer"])
        return given["activation_fn"](out) if given["activation_fn"] else out


def batch_norm(
    inputs: Any, decay: float = 0.999, center: bool = True, scale: bool = False, epsilon: float = 0.001, activation_fn: Any = None,
    is_training: Any = True, scope: Any = None, reuse: Any = None, updates_collections: Any = "update_ops",
) -> Any:  # fmt: skip
    """Batch normalisation in contrib's names; the average of the variance is of the unbiased one."""
    with tf.variable_scope(scope, "BatchNorm", [inputs], reuse=reuse):
        n = int(inputs.shape[-1])
        beta = tf.get_variable("beta", [n], initializer=tf.zeros_initializer()) if center else None
        gamma = tf.get_variable("gamma", [n], initializer=tf.ones_initializer()) if scale else None
        mean = tf.get_variable("moving_mean", [n], initializer=tf.zeros_initializer(), trainable=False)
        variance = tf.get_variable("moving_variance", [n], initializer=tf.ones_initializer(), trainable=False)
        flag = tf.convert_to_tensor(is_training)
        now_mean, now_variance = tf.nn.moments(inputs, [0])
        rows = tf.cast(tf.shape(inputs)[0], tf.float32)
        rate = tf.where(flag, 1.0 - decay, 0.0)
        updates = [
            tf.assign_sub(mean, (mean - now_mean) * rate),
            tf.assign_sub(variance, (variance - now_variance * rows / (rows - 1)) * rate),
        ]
        with tf.control_dependencies(updates if updates_collections is None else None):
            used = tf.where(flag, now_mean, mean), tf.where(flag, now_variance, variance)
        if updates_collections:
            for each in updates:
                tf.add_to_collection(updates_collections, each)
        out = tf.nn.batch_normalization(inputs, *used, beta, gamma, epsilon)
        return activation_fn(out) if activation_fn else out


class Projector:
    """The embedding projector: nothing that a program prints."""

    class ProjectorConfig:
        """Takes embeddings."""

        def __init__(self) -> None:
            self.embeddings = types.SimpleNamespace(
                add=lambda: types.SimpleNamespace(sprite=types.SimpleNamespace(single_image_dim=[]))
            )

    visualize_embeddings = staticmethod(lambda *_: None)


def contrib() -> Any:
    """The name space."""
    layers = types.SimpleNamespace(
        xavier_initializer=xavier_initializer, variance_scaling_initializer=variance_scaling_initializer,
        l2_regularizer=l2_regularizer, l1_regularizer=l1_regularizer, fully_connected=fully_connected, batch_norm=batch_norm,
        dropout=lambda x, keep_prob=0.5, is_training=True: tf.layers.dropout(x, 1 - keep_prob, training=is_training),
        flatten=tf.layers.flatten,
    )  # fmt: skip
    reader = types.SimpleNamespace(mnist=types.SimpleNamespace(read_data_sets=read_data_sets))
    learn = types.SimpleNamespace(datasets=reader)
    return types.SimpleNamespace(
        layers=layers, framework=types.SimpleNamespace(arg_scope=arg_scope), learn=learn,
        losses=types.SimpleNamespace(mean_squared_error=lambda p, l: tf.losses.mean_squared_error(l, p)),
        tensorboard=types.SimpleNamespace(plugins=types.SimpleNamespace(projector=Projector)),
    )  # fmt: skip


# --- digits -----------------------------------------------------------------------------------------------


def _images(path: Path) -> np.ndarray:
    print("Extracting", path)
    data = gzip.decompress(path.read_bytes())
    sizes = [int.from_bytes(data[at : at + 4], "big") for at in (4, 8, 12)]
    return np.frombuffer(data[16:], np.uint8).reshape(*sizes, 1)


def _labels(path: Path, one_hot: bool) -> np.ndarray:
    print("Extracting", path)
    labels = np.frombuffer(gzip.decompress(path.read_bytes())[8:], np.uint8)
    return np.eye(10)[labels] if one_hot else labels


class DataSet:
    """Batches; a new order at each pass."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, reshape: bool) -> None:
        seed = tf.get_default_graph().seed
        if seed is not None:
            np.random.seed(seed)
        self.num_examples = len(images)
        images = images.reshape(len(images), -1) if reshape else images
        self.images, self.labels = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0)), labels
        self.epochs_completed = self._at = 0

    def _mix(self) -> None:
        order = np.arange(self.num_examples)
        np.random.shuffle(order)
        self.images, self.labels = self.images[order], self.labels[order]

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> Any:
        """The next rows."""
        start = self._at
        if self.epochs_completed == 0 and start == 0 and shuffle:
            self._mix()
        if start + batch_size <= self.num_examples:
            self._at += batch_size
            return self.images[start : self._at], self.labels[start : self._at]
        self.epochs_completed += 1
        images, labels = self.images[start:], self.labels[start:]
        if shuffle:
            self._mix()
        self._at = batch_size - len(images)
        return np.concatenate([images, self.images[: self._at]]), np.concatenate(
            [labels, self.labels[: self._at]]
        )


Datasets = collections.namedtuple("Datasets", "train validation test")


def read_data_sets(
    folder: str, fake_data: bool = False, one_hot: bool = False, dtype: Any = None, reshape: bool = True, validation_size: int = 5000,
    seed: Any = None, source_url: Any = None,
) -> Datasets:  # fmt: skip
    """The digits of a folder."""
    at = Path(folder)
    images, labels = (
        _images(at / "train-images-idx3-ubyte.gz"),
        _labels(at / "train-labels-idx1-ubyte.gz", one_hot),
    )
    held_out = _images(at / "t10k-images-idx3-ubyte.gz"), _labels(at / "t10k-labels-idx1-ubyte.gz", one_hot)
    cut = validation_size
    return Datasets(
        DataSet(images[cut:], labels[cut:], reshape),
        DataSet(images[:cut], labels[:cut], reshape),
        DataSet(*held_out, reshape),
    )


# --- all together -----------------------------------------------------------------------------------------


def _modules(name: str, **leaf: Any) -> dict[str, types.ModuleType]:
    """A module of that name, and those above it."""
    made: dict[str, types.ModuleType] = {}
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        path = ".".join(parts[:depth])
        made[path] = types.ModuleType(path)
        made[path].__path__ = []
    vars(made[name]).update(leaf)
    return made


def put_in_place(seed: int) -> None:
    """From now on programs find what their TensorFlow had, and every graph begins with this seed."""
    before_one()
    tf.contrib = contrib()
    input_data = types.SimpleNamespace(read_data_sets=read_data_sets)
    tf.examples = types.SimpleNamespace(
        tutorials=types.SimpleNamespace(mnist=types.SimpleNamespace(input_data=input_data))
    )
    shown = types.SimpleNamespace(
        Image=lambda *_, **__: None, display=lambda *_, **__: None, clear_output=lambda *_, **__: None
    )
    sys.modules.update(
        {
            name: module
            for name, module in _modules("tensorflow.examples.tutorials.mnist", input_data=input_data).items()
            if "." in name
        }
        | {"tensorflow.examples.tutorials.mnist.input_data": input_data}
        | {
            name: module
            for name, module in _modules(
                "tensorflow.contrib.tensorboard.plugins", projector=Projector
            ).items()
            if "." in name
        }
        | {
            f"tensorflow.contrib.{name}": getattr(tf.contrib, name)
            for name in ("layers", "framework", "learn")
        }
        | {
            "tensorflow.contrib.learn.python.learn.datasets": types.SimpleNamespace(
                mnist=tf.contrib.learn.datasets.mnist
            )
        }
        | {"tensorflow.contrib.learn.python.learn.datasets.mnist": tf.contrib.learn.datasets.mnist}
        | _modules("IPython.display", **vars(shown))
    )
    sys.modules["IPython"].get_ipython, sys.modules["IPython"].version_info = (lambda: None), (8, 30)
    sys.modules["IPython"].display = sys.modules["IPython.display"]
    plain = ops.Graph.__init__

    def seeded(self: Any, *arguments: Any, **keywords: Any) -> None:
        plain(self, *arguments, **keywords)
        self._seed = seed

    ops.Graph.__init__ = seeded
    tf.disable_v2_behavior()
