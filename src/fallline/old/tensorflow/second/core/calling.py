"""Models, layers and losses on tensors: each call is one program, and tapes follow their weights."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from fallline.errors import UsageError
from fallline.graph.core.nodes import Tensor as Node
from fallline.layers.base.trying import shapes_of
from fallline.losses import Loss
from fallline.models.assembled import Assembled
from fallline.old.keras.behaviour.pure import Pure, pure_of
from fallline.old.tensorflow.second.core import programs
from fallline.old.tensorflow.second.core.entries import Cell, open_recorders, record
from fallline.old.tensorflow.second.core.evaluation import cell_of, flat, is_plain
from fallline.old.tensorflow.second.core.functions import applied, narrow
from fallline.old.tensorflow.second.core.tensors import EagerTensor, callings


class PureCall:
    """What a model or a layer computes of its weights and inputs, as one function of arrays.

    Attributes:
        pure: The model or layer.
        several: Whether it takes several inputs.
        training: Whether it trains.
    """

    def __init__(self, pure: Pure, several: bool, training: bool) -> None:
        self.pure, self.several, self.training = pure, several, training
        self.structure: Any = None

    def __call__(self, *arrays: Any) -> Any:
        """The leaves of the outputs, then the new values of the weights that are not trained."""
        pure, given = self.pure, [*map(narrow, arrays)]
        trainable = [given.pop(0) for _ in pure.trainable]
        others = [given.pop(0) for _ in pure.others]
        key = jax.random.wrap_key_data(given.pop()) if self.draws else None
        inputs = tuple(given) if self.several else given[0]
        with jax.enable_x64(False):
            outputs, new = pure(trainable, others, inputs, key=key, training=self.training)
        leaves, self.structure = jax.tree.flatten(outputs)
        return (*leaves, *new)

    @property
    def draws(self) -> bool:
        """Whether it takes a key."""
        return self.pure.draws_always or (self.training and self.pure.draws)


class _Known:
    """What is known of a model or layer while it stays as it is."""

    def __init__(self, form: Any, pure: Pure) -> None:
        self.form, self.pure = form, pure
        self.calls: dict[Any, PureCall] = {}


_known: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
_of: dict[int, _Known] = {}


def _form(callee: Any) -> Any:
    """What a model or layer computes, as a key: its structure and its numbers."""
    described = callee._refrozen() if isinstance(callee, Assembled) else (callee.pure, bool(callee.trainable))
    leaves, structure = jax.tree.flatten(described)
    return structure, tuple(np.asarray(each).tobytes() for each in leaves)


def _call_of(callee: Any, several: bool, training: bool) -> PureCall:
    form = _form(callee)
    found = _of.get(id(callee))
    if found is None or _known.get(id(callee)) is not callee or found.form != form:
        found = _of[id(callee)] = _Known(form, pure_of(callee))
        _known[id(callee)] = callee
        for gone in [place for place in _of if place not in _known]:
            del _of[gone]
    return found.calls.setdefault((several, training), PureCall(found.pure, several, training))


def called(callee: Any, inputs: Sequence[Any], training: bool | None) -> Any:
    """What a model or layer gives for tensors, as tensors.

    Args:
        callee: The model, whose input shape is known, or the layer.
        inputs: Its inputs, in order.
        training: Whether it trains.
    """
    cells = [cell_of(each) for each in inputs]
    if not isinstance(callee, Assembled):
        arrays = tuple(callee.pure.as_array(narrow(cell.value)) for cell in cells)
        if callee.pure.held() is None:
            callee.pure.drawn_for(shapes_of(arrays if len(arrays) > 1 else arrays[0]))
        # Whole numbers are made floats where the layer takes no others.
        cells = [
            cell if narrow(cell.value).dtype == array.dtype else Cell(array)
            for cell, array in zip(cells, arrays, strict=True)
        ]
    call = _call_of(callee, len(cells) > 1, bool(training))
    pure = call.pure
    weights = [Cell(each.value, each) for each in (*pure.trainable, *pure.others)]
    taken = [*weights, *cells]
    if call.draws:
        key = pure.key(call.training)
        assert key is not None
        taken.append(Cell(jax.random.key_data(key)))
    with jax.enable_x64(False):
        found = programs.run(call, [narrow(cell.value) for cell in taken])
    number = len(found) - len(pure.others)
    outputs = [Cell(each) for each in found]
    if open_recorders:
        passes = [True] * (len(weights) + len(cells)) + [False] * call.draws
        record(call, {}, taken, outputs, passes)
    # A class with `call` of the program's own moves its states as it is written, in training or not.
    if pure.others and (call.training or getattr(callee, "written", False)):
        pure.keep(found[number:])
    results = jax.tree.unflatten(call.structure, [EagerTensor(cell) for cell in outputs[:number]])
    return callee._packed(results) if isinstance(callee, Assembled) else results


def _lost(loss: Loss, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
    return loss(y_true, y_pred, sample_weight)


def _given_to(callee: Any, args: tuple[Any, ...]) -> Any:
    if is_plain([*flat(args)]):
        arrays = [jax.tree.map(_array, each) for each in args]
        return callee(*arrays) if isinstance(callee, Loss) else callee(_one(arrays[0]), *arrays[1:])
    if isinstance(callee, Loss):
        return applied(_lost, (callee, *args), slim=True)
    return called(callee, *args)


def _array(value: Any) -> Any:
    return cell_of(value).value if isinstance(value, EagerTensor) else value


def _one(inputs: tuple[Any, ...]) -> Any:
    return inputs[0] if len(inputs) == 1 else list(inputs)


callings.append(_given_to)


def as_tensors(inputs: Any) -> Any:
    """Inputs of a model as tensors, where it is called on arrays; what is symbolic or traced stays.

    Raises:
        UsageError: they are tensors of a graph of TensorFlow 1.
    """
    if isinstance(inputs, Node):
        raise UsageError(
            f"a layer of tf.keras is called on {inputs!r}, a tensor of a graph: here Keras's layers and graphs stay apart. Build the "
            "graph by tf.layers.dense and its like, or begin the network by tf.keras.Input and train it by fit."
        )
    if is_plain([*flat(inputs)]):
        return inputs
    if isinstance(inputs, list | tuple) and inputs and hasattr(inputs[0], "shape"):
        return type(inputs)(map(as_tensors, inputs))
    if isinstance(inputs, dict):
        return {name: as_tensors(each) for name, each in inputs.items()}
    if isinstance(inputs, jax.Array | np.ndarray):
        return EagerTensor(Cell(inputs)) if inputs.dtype != object else inputs
    if isinstance(inputs, list | tuple):
        return EagerTensor(Cell(np.asarray(inputs, np.float32)))
    return inputs
