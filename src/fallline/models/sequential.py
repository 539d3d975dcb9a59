"""A model from a list of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fallline.errors import UsageError
from fallline.layers import InputLayer, Layer, Tensor
from fallline.layers.base.notes import notes
from fallline.models.arguments import knows_keras
from fallline.models.assembled import Assembled
from fallline.models.kinds import KINDS
from fallline.models.model import Model
from fallline.models.tracing import chain


class Sequential(Model):
    """A chain of layers.

        model = Sequential([Input((784,)), Dense(128, activation="relu"), Dense(10, activation="softmax")])

    Without an `Input`, or an `input_shape=` of the first layer, the shape of the inputs is learned from the
    first data. A model may stand in the place of a layer.

    Args:
        layers: The layers in order.
        name: The model's name.
        seed: Decides the initial weights and, where `fit` has no seed of its own, data order and dropout.
        dtype_policy: "float32", "mixed_bfloat16" or "float64"; None: `fallline.config.dtype_policy()`.

    Raises:
        UsageError: something in the list is no layer, or two layers have one name.
        ShapeError: a layer cannot take what the one before it gives.

    Source: Keras 3 for names and arguments.
    """

    @knows_keras
    def __init__(
        self,
        layers: Sequence[Any] | None = (),
        name: str | None = None,
        *,
        seed: int | None = None,
        dtype_policy: str | None = None,
    ) -> None:
        super().__init__(name=name, seed=seed, dtype_policy=dtype_policy)
        self._given: tuple[Any, ...] = ()
        self.source: Tensor | None = None
        if not isinstance(layers, Sequence | None):
            raise UsageError(
                f"Sequential: expected a list of layers, got {type(layers).__name__}; write Sequential([...])."
            )
        for layer in layers or ():
            self._append(layer)
        self._rebuild()

    @property
    def layers(self) -> list[Any]:
        """The layers, and the models used as layers, in order; inputs left out."""
        return list(self._given)

    def add(self, layer: Any) -> None:
        """Adds a layer at the end; the others keep their weights.

        Raises:
            UsageError: it is no layer.
        """
        self._require_no_run("add")
        self._append(layer)
        self._rebuild()

    def pop(self) -> Any:
        """Takes the last layer off and returns it; the others keep their weights.

        Raises:
            UsageError: there is no layer.
        """
        self._require_no_run("pop")
        if not self._given:
            raise UsageError("pop: the model has no layers.")
        *rest, last = self._given
        self._given = tuple(rest)
        self._rebuild()
        return last

    def _begin(self, shapes: Any) -> None:
        if self._keys is not None or (shapes and isinstance(shapes[0], tuple)):
            raise UsageError(f'model "{self.name}" is a chain, which takes one input; got several.')
        self.source = InputLayer(shapes).tensor()
        self._rebuild()

    def _can_begin(self) -> bool:
        return bool(self._given)

    def _forget(self) -> None:
        super()._forget()
        self.source = None

    def _rebuild(self) -> None:
        self._optimizer_state = None
        self._traced = None
        if self.source is None and self._given:
            # Kept, so that `layer.output` goes back to this model's own input after another `add`.
            shape = _row_shape_of(self._given[0])
            self.source = None if shape is None else InputLayer(shape).tensor()
        for layer in self._given:
            owner = notes(layer).owner if isinstance(layer, Layer) else None
            if owner is not None and owner() is self:
                layer.pure.forget_calls()
        if self.source is not None:
            self._assemble(self.source, chain(self._given, self.source))

    def _append(self, layer: Any) -> None:
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise UsageError(
                f"Sequential: got the class {layer.__name__}; write {layer.__name__}(...) to make one."
            )
        if isinstance(layer, InputLayer):
            layer = layer.tensor()
        if isinstance(layer, Tensor):
            if self._given or self.source is not None:
                raise UsageError("Input must be the first layer, and there can be only one.")
            if layer.call.sources:
                raise UsageError(
                    "Sequential: only an Input can begin it; for other tensors use Model(inputs, outputs)."
                )
            self.source = layer
            return
        if not isinstance(layer, Layer | Assembled):
            raise UsageError(f"Sequential: expected layers such as Dense(64), got {type(layer).__name__}.")
        self._given = (*self._given, layer)


KINDS["sequential"] = Sequential


def _row_shape_of(first: Any) -> tuple[int, ...] | None:
    """The shape of rows that a chain's first part takes: said, known to a model, or that for which it was built."""
    if isinstance(first, Assembled):
        return None if first._traced is None else first.network.inputs[0].shape
    if first.input_shape is not None or first.pure.held() is None or notes(first).first_output is None:
        return first.input_shape
    source = first.input
    return source.row_shape if isinstance(source, Tensor) else None
