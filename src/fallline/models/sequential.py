"""A model from a list of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from fallline.errors import UsageError
from fallline.layers import Input, Layer
from fallline.models.model import Model
from fallline.models.network import Network


class Sequential(Model):
    """A chain of layers.

        model = Sequential([Input((784,)), Dense(128, activation="relu"), Dense(10, activation="softmax")])

    Without an `Input` the shape of the inputs is learned from the first data.

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
        layers: Sequence[Layer] = (),
        name: str | None = None,
        *,
        seed: int | None = None,
        dtype_policy: str | None = None,
    ) -> None:
        super().__init__(name, seed=seed, dtype_policy=dtype_policy)
        self._given: tuple[Layer, ...] = ()
        for layer in layers:
            self._check(layer)
        self._given = tuple(layers)
        self._rebuild()

    def add(self, layer: Layer) -> None:
        """Adds a layer at the end. The weights are drawn afresh.

        Raises:
            UsageError: it is no layer.
        """
        self._require_no_run("add")
        self._check(layer)
        self._given = (*self._given, layer)
        self._rebuild()

    def _rebuild(self) -> None:
        self._variables = None
        self._optimizer_state = None
        self._network = None
        if self._given and isinstance(self._given[0], Input):
            self._network = Network.build(self._given, None, self._precision)

    def _network_for(self, x: NDArray[Any]) -> Network:
        return self._network or Network.build(self._given, x.shape[1:], self._precision)

    def _check(self, layer: Any) -> None:
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise UsageError(
                f"Sequential: got the class {layer.__name__}; write {layer.__name__}(...) to make one."
            )
        if not isinstance(layer, Layer):
            raise UsageError(f"Sequential: expected layers such as Dense(64), got {type(layer).__name__}.")
