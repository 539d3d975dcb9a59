"""Merging as in Keras 0.2 to 1: `Merge([...], mode="concat")` of models, layers or tensors, and `merge([...])` of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fallline.errors import UsageError, nearest
from fallline.layers import (
    Add,
    Average,
    Concatenate,
    Dot,
    Lambda,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    Tensor,
)

_MODES: dict[str, Callable[[], Any]] = {
    "sum": Add, "add": Add, "mul": Multiply, "ave": Average, "max": Maximum, "min": Minimum, "sub": Subtract,
}  # fmt: skip


def layer_for(mode: Any, concat_axis: int, dot_axes: Any, output_shape: Any, name: str | None) -> Any:
    """The layer of today that merges in a mode.

    Raises:
        UsageError: no such mode.
    """
    if callable(mode):
        return Lambda(mode, output_shape=_row(output_shape), name=name)
    if mode in ("concat", "join"):
        return Concatenate(axis=concat_axis, name=name)
    if mode in ("dot", "cos"):
        axes = -1 if dot_axes in (-1, None) else _pair(dot_axes)
        return Dot(axes, normalize=mode == "cos", name=name)
    if mode not in _MODES:
        known = [*_MODES, "concat", "dot", "cos"]
        raise UsageError(
            f"merge: mode is one of {', '.join(known)}, got {mode!r:.40}.{nearest(str(mode), known)}"
        )
    made = _MODES[mode]()
    return type(made)(name=name)


def merge(
    inputs: Sequence[Any],
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: Any = None,
    name: str | None = None,
) -> Any:
    """Tensors as one: their sum, product, ..., or one behind the other.

    Args:
        inputs: The tensors.
        mode: "sum", "mul", "ave", "max", "concat", "dot", "cos", or a function of the list.
        concat_axis: The axis along which "concat" puts them.
        dot_axes: The axes that "dot" and "cos" sum over.
        output_shape: The shape of a row, for a function.
        output_mask: Kept for Keras's order.
        arguments: Kept for Keras's order.
        name: The layer's name.

    Raises:
        UsageError: no such mode.

    Source: Keras 1.
    """
    del output_mask, arguments
    return layer_for(mode, concat_axis, dot_axes, output_shape, name)(list(inputs))


class Merge:
    """Models, layers or tensors as one: the first thing of a `Sequential`, or called on a list of tensors.

    Args:
        layers: What is merged; each model or layer knows its input.
        mode: As of `merge`.
        concat_axis: As of `merge`.
        dot_axes: As of `merge`.
        output_shape: As of `merge`.
        name: The layer's name.
        **kwargs: Other arguments of Keras 1.

    Source: Keras 1.
    """

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        mode: Any = "sum",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        output_shape: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del kwargs
        self.branches = list(layers or ())
        self._layer = layer_for(mode, concat_axis, dot_axes, output_shape, name)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """What the tensors give."""
        return self._layer(list(inputs))

    def ends(self) -> tuple[list[Any], Any]:
        """The inputs of what is merged, and the merged tensor: what a `Sequential` begins with.

        Raises:
            UsageError: something in layers is neither a model nor a layer that was called.
        """
        if not self.branches:
            raise UsageError("Merge: give layers, the list of what is merged.")
        inputs: list[Any] = []
        outputs = []
        for branch in self.branches:
            tensor = branch if isinstance(branch, Tensor) else getattr(branch, "output", None)
            if tensor is None:
                raise UsageError(
                    f"Merge: {branch!r:.60} does not know its input shape; give its first layer input_dim=."
                )
            begin = [] if isinstance(branch, Tensor) else branch.input
            for each in begin if isinstance(begin, list) else [begin]:
                if all(each is not known for known in inputs):
                    inputs.append(each)
            outputs.append(tensor)
        return inputs, self._layer(outputs)


def _pair(axes: Any) -> Any:
    """Keras 1 writes ((1,), (1,)) too."""
    if isinstance(axes, int):
        return axes
    return tuple(each if isinstance(each, int) else each[0] for each in axes)


def _row(output_shape: Any) -> Any:
    return output_shape if output_shape is None or callable(output_shape) else tuple(output_shape)
