"""`Graph` of Keras 0.3: a network put together by names; and what else left `keras.models`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fallline.errors import UsageError, suggestion
from fallline.layers import Input
from fallline.models import Model
from fallline.old.keras.layers.old_merge import merge


class Graph:
    """A network of named inputs, nodes and outputs.

    Source: Keras 0.3.
    """

    def __init__(self) -> None:
        self.inputs: dict[str, Any] = {}
        self.nodes: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}
        self._model: Any = None

    def add_input(
        self, name: str, input_shape: Any = (), batch_input_shape: Any = None, dtype: str = "float"
    ) -> None:
        """An input of a shape."""
        shape = tuple(input_shape) if batch_input_shape is None else tuple(batch_input_shape)[1:]
        self.inputs[name] = Input(shape, name=name, dtype="int32" if dtype.startswith("int") else "float32")

    def add_node(
        self,
        layer: Any,
        name: str,
        input: str | None = None,
        inputs: Sequence[str] = (),
        merge_mode: str = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        create_output: bool = False,
    ) -> None:
        """A layer on what one name gives, or on several merged."""
        self.nodes[name] = layer(self._given(input, inputs, merge_mode, concat_axis, dot_axes))
        if create_output:
            self.add_output(name, input=name)

    def add_output(
        self,
        name: str,
        input: str | None = None,
        inputs: Sequence[str] = (),
        merge_mode: str = "concat",
        concat_axis: int = -1,
        dot_axes: Any = -1,
    ) -> None:
        """An output: what one name gives, or several merged."""
        self.outputs[name] = self._given(input, inputs, merge_mode, concat_axis, dot_axes)

    def compile(self, optimizer: Any, loss: Any, **kwargs: Any) -> None:
        """Says how it is trained; loss is a dictionary by the names of outputs."""
        self._model = Model(dict(self.inputs), dict(self.outputs))
        self._model.compile(optimizer=optimizer, loss=loss, **kwargs)

    def fit(self, data: Any, **kwargs: Any) -> Any:
        """Trains on a dictionary of inputs and targets by their names."""
        x, y = self._parts(data)
        return self._compiled().fit(x, y, **kwargs)

    def evaluate(self, data: Any, **kwargs: Any) -> Any:
        """The loss on such data."""
        x, y = self._parts(data)
        return self._compiled().evaluate(x, y, **kwargs)

    def predict(self, data: Any, **kwargs: Any) -> Any:
        """The outputs by their names."""
        return self._compiled().predict(self._parts(data)[0], **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._compiled(), name)

    def _compiled(self) -> Any:
        if self._model is None:
            raise UsageError("Graph: compile it first.")
        return self._model

    def _parts(self, data: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        x = {name: np.asarray(data[name]) for name in self.inputs}
        return x, {name: np.asarray(data[name]) for name in self.outputs if name in data}

    def _given(
        self, name: str | None, names: Sequence[str], mode: str, concat_axis: int, dot_axes: Any
    ) -> Any:
        known = {**self.inputs, **self.nodes}
        if missing := [each for each in (names or [str(name)]) if each not in known]:
            raise UsageError(f"Graph: nothing is named {missing[0]!r}. {suggestion(str(missing[0]), known)}")
        if not names:
            return known[str(name)]
        return merge([known[each] for each in names], mode, concat_axis, dot_axes)


def slice_X(X: Any, start: Any = None, stop: Any = None) -> Any:
    """Rows start to stop of an array, or of each array in a list; start may be a list of row numbers."""
    if isinstance(X, list):
        return [slice_X(each, start, stop) for each in X]
    return X[np.asarray(start)] if hasattr(start, "__len__") else X[start:stop]


slice_arrays = slice_X
