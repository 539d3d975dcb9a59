"""The shape of what comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from fallline._tree import assign, static, tree
from fallline.errors import UsageError, nearest
from fallline.layers.base.layer import layers
from fallline.layers.base.notes import notes
from fallline.layers.base.tensor import Call, Shape, Tensor
from fallline.layers.identity import Identity

DTYPES = ("float32", "float64", "bfloat16", "float16", "int32", "int64", "uint8", "bool")


@layers.register("input")
@tree
class InputLayer(Identity):
    """Says which shape one row of the inputs has, so that the network can be built before it sees data.

    Args:
        shape: Shape of one row, without the batch axis, e.g. `(784,)` or `(28, 28)`; 784 is `(784,)`, as in Keras 2.
        dtype: Type of the inputs. Whole numbers reach an `Embedding` as they are; every other layer receives
            the network's own floating type.
        name: The layer's name.

    Raises:
        UsageError: the shape is not a sequence of positive whole numbers, or the type is unknown.

    Source: Keras 3 for names and arguments.
    """

    shape: Shape = static(default=None)
    dtype: str = static(default="float32", kw_only=True)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The layer that a `get_config` described; Keras writes the shape with the batch axis.

        Raises:
            UsageError: an argument is unknown or out of its range.
        """
        own = dict(config)
        if "batch_shape" in own:
            own["shape"] = own.pop("batch_shape")[1:]
        return super().from_config(own)

    def __post_init__(self) -> None:
        super().__post_init__()
        given: Any = self.input_shape if self.shape is None else self.shape
        given = (given,) if _is_size(given) else given
        valid = isinstance(given, Sequence) and not isinstance(given, str)
        if not valid or not all(_is_size(size) for size in given):
            raise UsageError(
                f"Input: shape must be a tuple of positive whole numbers without the batch axis, got {given!r}. "
                "For 20 features write Input((20,))."
            )
        assign(self, shape=tuple(map(int, given)))

    def _checked_dtype(self) -> str:
        """The type of the inputs.

        Raises:
            UsageError: it is none of the types that inputs may have.
        """
        try:
            name = self.dtype if isinstance(self.dtype, str) else np.dtype(self.dtype).name
        except TypeError:
            name = repr(self.dtype)
        if name not in DTYPES:
            raise UsageError(
                f'Input: dtype must be one of {", ".join(DTYPES)}, got "{name[:40]}".{nearest(name, DTYPES)}'
            )
        return name

    def tensor(self) -> Tensor:
        """The symbolic tensor that a network begins with."""
        tensor = Tensor(Call(self), self.shape, self.dtype)
        notes(self).first_output = notes(self).first_output or tensor
        return tensor


def Input(  # noqa: N802 - Keras's name
    shape: Sequence[int] | int | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> Tensor:
    """The symbolic tensor that a network begins with: first in a `Sequential`, or called upon by layers.

        inputs = fl.Input((20,))
        outputs = fl.layers.Dense(3)(inputs)
        model = fl.Model(inputs, outputs)

    Args:
        shape: Shape of one row, without the batch axis, e.g. `(784,)` or `(28, 28)`.
        batch_size: Kept for Keras's argument order: a network takes batches of any size.
        dtype: Type of the inputs, "float32" by default. Give "int32" for category numbers.
        sparse: Kept for Keras's argument order: inputs are dense.
        ragged: Kept for Keras's argument order: rows have one shape.
        batch_shape: The shape with the batch axis in front, instead of `shape`.
        name: The input's name: the key of a dictionary of inputs.
        tensor: A symbolic tensor that is returned as it is.
        optional: Kept for Keras's argument order: every input is needed.

    Raises:
        UsageError: the shape is not a sequence of positive whole numbers, or is missing; or inputs are to be sparse,
            ragged or optional.

    Source: Keras 3 for names and arguments.
    """
    del batch_size
    for what, given in {"sparse": sparse, "ragged": ragged, "optional": optional}.items():
        if given:
            raise UsageError(f"Input: {what}=True is not supported: a network takes dense rows of one shape.")
    if isinstance(tensor, Tensor):
        return tensor
    if batch_shape is not None:
        if shape is not None:
            raise UsageError("Input: give shape or batch_shape, not both.")
        shape = tuple(batch_shape)[1:]  # type: ignore[assignment]
    if shape is None:
        raise UsageError("Input: the shape of one row is needed, e.g. Input((20,)) for 20 features.")
    return InputLayer(shape, dtype="float32" if dtype is None else dtype, name=name).tensor()  # type: ignore[arg-type]


def _is_size(size: object) -> bool:
    return isinstance(size, int | np.integer) and not isinstance(size, bool) and int(size) > 0
