"""A model from a list of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from fallline.data.arrays import Rows, as_values
from fallline.errors import UsageError
from fallline.layers import InputLayer, Layer, Tensor
from fallline.models.assembled import Assembled
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
    """

    def __init__(
        self,
        layers: Sequence[Any] = (),
        name: str | None = None,
        *,
        seed: int | None = None,
        dtype_policy: str | None = None,
    ) -> None:
        super().__init__(name=name, seed=seed, dtype_policy=dtype_policy)
        self._given: tuple[Any, ...] = ()
        self.source: Tensor | None = None
        for layer in layers:
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

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Tells the shape of the inputs, whose first axis is the batch, as in Keras."""
        if not isinstance(input_shape, Sequence):
            raise UsageError(
                f"build: expected a shape with the batch axis first, e.g. (None, 20), got {input_shape!r}."
            )
        shape = tuple(input_shape)[1:]
        if self._traced is not None and self.network.input_shape == shape:
            return
        self.source = InputLayer(shape).tensor()  # type: ignore[arg-type]
        self._rebuild()

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """As `Model`; a chain that does not know its input shape yet learns it here."""
        if self._traced is None:
            if not isinstance(inputs, Tensor | jax.Array):
                inputs = as_values(inputs, f'model "{self.name}": the input')
            self.build((None, *(inputs.row_shape if isinstance(inputs, Tensor) else inputs.shape[1:])))
        return super().__call__(inputs, training)

    def _rebuild(self) -> None:
        self._optimizer_state = None
        self._traced = None
        for layer in self._given:
            layer.__dict__.pop("_outputs", None)  # those of a chain that is no more
        if self.source is None and self._given:
            # Kept, so that `layer.output` goes back to this model's own input after another `add`.
            first = self._given[0]
            shape = first.input_shape if isinstance(first, Layer) else None
            if isinstance(first, Assembled) and first._traced is not None:
                shape = first.network.inputs[0].shape
            self.source = None if shape is None else InputLayer(shape).tensor()
        if self.source is not None:
            self._assemble(self.source, chain(self._given, self.source))

    def _part_names(self) -> tuple[str, ...]:
        traced = self._require_traced()
        names = {id(part): name for part, name in zip(traced.parts, traced.names, strict=True)}
        return tuple(names[id(part)] for part in self._given)

    def prepared(self, rows: Rows, where: str) -> Rows:
        """As `Model`; a chain that does not know its input shape yet learns it from data that can be used."""
        if self._traced is not None or not self._given:
            return super().prepared(rows, where)
        self._require_compiled()
        self.source = InputLayer(rows.x.shape[1:]).tensor()
        try:
            self._rebuild()
            return super().prepared(rows, where)
        except Exception:
            # Data that cannot be used must not decide the input shape.
            self.source = self._traced = None
            raise

    def shaped_by(self, rows: Rows) -> Rows:
        """As `Model`; a chain that does not know its input shape yet learns it here."""
        if self._traced is None and self._given:
            self.build((None, *rows.x.shape[1:]))
        return rows

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
