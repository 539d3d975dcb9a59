"""Layers of the room: the arguments of all years, weights that are objects, results that TensorFlow's manners fit."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from fallline import activations, layers
from fallline._tree import assign, tree
from fallline.initializers import Constant
from fallline.layers.base.layer import layers as table
from fallline.layers.base.notes import notes
from fallline.old import age
from fallline.old.keras.behaviour import tensors
from fallline.old.keras.behaviour.classes import OfTheYears, of_the_room, translated
from fallline.old.keras.behaviour.facts import of_keras_2_3
from fallline.old.keras.behaviour.penalties import of_the_batch
from fallline.old.keras.behaviour.weights import Weight, weight, weights_of
from fallline.old.notices import say_once
from fallline.old.tensorflow.second.core.calling import as_tensors
from fallline.old.tensorflow.second.core.functions import of_trees
from fallline.own.tracing import IN_A_TRACE, PASS
from fallline.registry.argument_names import check_names

NOTHING_HERE = frozenset(
    [
        "W_learning_rate_multiplier",
        "autocast",
        "b_learning_rate_multiplier",
        "batch_size",
        "dynamic",
        "fused",
        "implementation",
        "input_dtype",
        "lora_rank",
        "mask_zero",
        "mode",
        "quantization_config",
        "ragged",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
        "sparse",
        "synchronized",
        "virtual_batch_size",
    ]
)
"""Arguments of layers that have nothing to say here."""


class ShapeOf(tuple[Any, ...]):  # noqa: SLOT001 - it holds a function
    """The shape of what a layer gives, which Fallline's own code also calls as the layer's function of shapes."""

    function: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The shape for rows of a shape."""
        return self.function(*args, **kwargs)

    def as_list(self) -> list[Any]:
        """The sizes, as TensorFlow's shapes give them."""
        return list(self)


class _OutputShape:
    """`layer.output_shape`: of its first call, with the batch axis; called, the function of shapes that it is elsewhere."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __get__(self, layer: Any, kind: type | None = None) -> Any:
        if layer is None:
            return self._function
        first = notes(layer).first_output
        shape = ShapeOf(() if first is None else first.shape)
        shape.function = functools.partial(self._function, layer)
        return shape


def _penalties(layer: Any, params: Any) -> tuple[Any, ...]:
    return tuple(layer.penalties(params))


class OldLayer(OfTheYears):
    """What a layer of the room has."""

    stateful: ClassVar[bool] = False
    supports_masking: ClassVar[bool] = False

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names, with the defaults of the program's years."""
        given = super().of_the_years(given)
        now = {name: value for name, value in given.items() if name not in NOTHING_HERE}
        for name in ("input_shape", "batch_input_shape"):
            if name in now:
                now[name] = _sizes(now[name])
        if "dtype" in now and now["dtype"] is not None:
            now["dtype"] = getattr(now["dtype"], "name", now["dtype"])
            if str(now["dtype"]).startswith(("int", "uint", "bool", "string")):
                del now["dtype"]
        if isinstance(activation := now.get("activation"), str) and activation == "hard_sigmoid":
            now["activation"] = hard_sigmoid()
        if (penalty := now.get("activity_regularizer")) is not None and of_keras_2_3():
            now["activity_regularizer"] = of_the_batch(penalty)
        return now

    def __init_subclass__(cls) -> None:
        if "get_output_shape_for" in vars(cls) and "compute_output_shape" not in vars(cls):
            cls.compute_output_shape = vars(cls)["get_output_shape_for"]  # type: ignore[attr-defined]
        super().__init_subclass__()
        function = vars(cls).get("output_shape")
        if inspect.isfunction(function):  # of a class with `call`, which was given it just now
            cls.output_shape = _OutputShape(function)  # type: ignore[attr-defined]

    # Its weights

    @property
    def weights(self) -> list[Weight]:
        """All weights, those that are trained first."""
        trained, others = weights_of(self)
        return [*trained, *others]

    @property
    def trainable_weights(self) -> list[Weight]:
        """Those that gradients change."""
        return weights_of(self)[0]

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The others."""
        return weights_of(self)[1]

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)  # type: ignore[misc]
        if name.startswith("_") or PASS.get() is not None or IN_A_TRACE.get():
            return found
        params, state = self.pure.held() or ({}, {})
        return weight(self, name) if name in params or name in state else found

    def get_weights(self) -> list[Any]:
        """Copies of the arrays."""
        return [np.array(one.value) for one in self.weights]

    def count_params(self) -> int:
        """The number of numbers in its arrays."""
        return sum(int(one.value.size) for one in self.weights)

    @property
    def losses(self) -> list[Any]:
        """What its regularizers add to the loss at the moment."""
        pure: Any = self.pure
        return list(of_trees(_penalties, pure, {key: weight(self, key) for key in pure.drawn()[0]}))

    def get_input_at(self, node_index: int) -> Any:
        """What it was called on first."""
        del node_index
        return self.input

    def get_output_at(self, node_index: int) -> Any:
        """What its first call gave."""
        del node_index
        return self.output

    def __call__(self, inputs: Any, training: Any = None, **kwargs: Any) -> Any:
        """The layer on symbolic tensors or on arrays."""
        del kwargs
        return tensors.in_room(super().__call__(as_tensors(inputs), training))  # type: ignore[misc]

    # Asking for weights

    def add_weight(self, *args: Any, **kwargs: Any) -> Any:
        """Asks for an array: (shape, initializer, ...) of Keras 1 and 3, or (name, shape, dtype, initializer, ...) of 2."""
        if args and (isinstance(args[0], str) or (args[0] is None and len(args) > 1)):
            names: tuple[str, ...] = (
                "name",
                "shape",
                "dtype",
                "initializer",
                "regularizer",
                "trainable",
                "constraint",
            )
        elif len(args) > 2 and isinstance(args[2], str) and age.current().before((2, 0)):
            names = ("shape", "initializer", "name", "trainable", "regularizer", "constraint")
        else:
            names = ("shape", "initializer", "dtype", "trainable")
        given = dict(zip(names, args, strict=False)) | kwargs
        known = ("shape", "initializer", "dtype", "trainable", "regularizer", "constraint", "name")
        given = {name: value for name, value in given.items() if name in known}
        if isinstance(shape := given.get("shape"), Sequence):
            given["shape"] = tuple(int(size) for size in shape)
        if given.get("dtype") is not None:
            given["dtype"] = getattr(given["dtype"], "name", given["dtype"])
        if given.get("trainable") is None:
            given.pop("trainable", None)
        return super().add_weight(**given)  # type: ignore[misc]

    add_variable = add_weight


def hard_sigmoid() -> Any:
    """The piecewise linear sigmoid of the program's years: 0.2 x + 0.5 within 0 and 1 before Keras 3."""
    if not age.current().before((3, 0)):
        return "hard_sigmoid"
    say_once("hard_sigmoid was 0.2 x + 0.5 within 0 and 1 before Keras 3: so it is here.")
    return steep


def steep(x: Any) -> Any:
    """0.2 x + 0.5 within 0 and 1: `hard_sigmoid` before Keras 3."""
    return activations.relu(0.2 * x + 0.5, max_value=1.0)


def Input(
    shape: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    dtype: Any = None,
    sparse: Any = None,
    tensor: Any = None,
    **kwargs: Any,
) -> Any:
    """The symbolic tensor that a network begins with; one number is a shape of one axis."""
    del sparse
    batch_shape = kwargs.pop("batch_input_shape", batch_shape)
    kind = str(getattr(dtype, "name", dtype)) if dtype is not None else None
    if isinstance(batch_shape, int) and shape is not None:  # (shape, batch_size) of TensorFlow 2 and Keras 3
        batch_shape = None
    if batch_shape is not None:
        shape = tuple(batch_shape)[1:]
    sizes = None if shape is None else _sizes(shape)
    return tensors.in_room(layers.Input(sizes, dtype=kind, name=name, tensor=tensor))


def merging(name: str) -> Any:
    """A function of Keras 2 that joins tensors by a layer of the room: `concatenate(tensors, axis=1)`."""

    def join(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        return layer(name)(*args, **kwargs)(inputs)

    join.__name__, join.__doc__ = name.lower(), f"The tensor that {name} gives."
    return join


def in_room(found: Any) -> Any:
    """A layer as one of the room's classes, where there is one."""
    name = type(found).__name__
    if name not in NAMES or type(found) is not getattr(layers, name):
        return found
    twin = object.__new__(layer(name))
    twin.__dict__.update(vars(found))
    return twin


def _sizes(shape: Any) -> Any:
    """A shape as a tuple: one number is a shape of one axis."""
    if isinstance(shape, int | np.integer) and not isinstance(shape, bool):
        return (int(shape),)
    return tuple(shape) if isinstance(shape, Sequence | np.ndarray) or hasattr(shape, "as_list") else shape


class OldDense(OldLayer):
    """What the fully connected layer had in its years: (in, out) in Keras 0.1, numbers of Python 2, first weights."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names."""
        if _is_whole(given.get("activation")):
            given["input_dim"], given["units"] = given["units"], given.pop("activation")
        first = given.pop("weights", None)
        now = super().of_the_years(given)
        for name in ("units", "input_dim"):
            if isinstance(value := now.get(name), float | np.number) and float(value).is_integer():
                now[name] = int(value)
        return _begun(now, first, kernel=0, bias=1)

    def __post_init__(self) -> None:
        layer: Any = self
        if isinstance(
            layer.activation, layers.PReLU
        ):  # it has weights, and so becomes a layer behind this one
            layer.__dict__["_behind"] = layer.activation
            assign(layer, activation=None)
        super().__post_init__()  # type: ignore[misc]

    def __call__(self, inputs: Any, training: Any = None, **kwargs: Any) -> Any:
        """The layer on symbolic tensors or on arrays."""
        outputs, behind = super().__call__(inputs, training, **kwargs), vars(self).get("_behind")
        return outputs if behind is None else behind(outputs)


class OldEmbedding(OldLayer):
    """What an embedding had in its years: first weights, and weights that are set before it is built."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names."""
        first = given.pop("weights", None)
        return _begun(super().of_the_years(given), first, embeddings=0)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces the rows; of a layer that is not built yet too, as their number and length are known."""
        layer: Any = self
        if layer.pure.held() is None:
            layer.build((None, 1))
        super().set_weights(weights)  # type: ignore[misc]


class OldBatchNormalization(OldLayer):
    """What batch normalization had in its years."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names; before Keras 1 the averages moved faster, and epsilon was smaller."""
        if isinstance(given.get("axis"), tuple):  # the shape of a row, in Keras 0.1
            del given["axis"]
        now = super().of_the_years(given)
        if age.current().before((1, 0)):
            now = {"epsilon": 1e-6, "momentum": 0.9} | now
        return now


class OldPReLU(OldLayer):
    """What the rectifier with learned slopes had in its years."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names; in Keras 0.1 the first was the shape of a row."""
        if isinstance(given.get("alpha_initializer"), tuple):
            del given["alpha_initializer"]
        return super().of_the_years(given)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _begun(given: dict[str, Any], first: Any, **places: int) -> dict[str, Any]:
    """`weights=[...]` of Keras 1 and 2: the arrays that a layer begins with."""
    if first is None:
        return given
    for name, place in places.items():
        if place < len(first):
            given[f"{name}_initializer"] = Constant(np.asarray(first[place]))
    return given


MIXINS: dict[str, type] = {
    "Dense": OldDense,
    "Embedding": OldEmbedding,
    "BatchNormalization": OldBatchNormalization,
    "PReLU": OldPReLU,
}
"""Layer -> what is special about it in the room; all others are `OldLayer`."""


@functools.cache
def layer(name: str) -> Any:
    """The room's class for a layer of Fallline's, made when it is first asked for: many programs need three of fifty.

    Args:
        name: One of `NAMES`.
    """
    kind: Any = getattr(layers, name)
    mixin = MIXINS.get(name, OldLayer)
    own: dict[str, Any] = {}
    if "output_shape" not in getattr(kind, "__dataclass_fields__", {}):
        own["output_shape"] = _OutputShape(kind.output_shape)
    made = of_the_room(kind, mixin, **own)
    Layer.register(made)
    return made


NAMES = tuple(sorted(name for name in table.classes() if hasattr(layers, name)))
"""The names of the layers that the room has a class of its own for."""


def _base() -> Any:
    """The room's `Layer`, which programs derive from; every layer of the room is one."""
    kind: Any = layers.Layer
    own = {"__module__": __name__, "__doc__": kind.__doc__, "stands_for": kind}
    return translated(check_names(tree(type("Layer", (OldLayer, kind), own))))


Layer: Any = _base()
