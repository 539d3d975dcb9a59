"""What every layer of the room has: the arguments of all years, weights that are objects, results as TensorFlow gives them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax
import numpy as np

from fallline import activations
from fallline.layers.base.notes import notes
from fallline.old import age
from fallline.old.keras.behaviour import tensors
from fallline.old.keras.behaviour.classes import OfTheYears
from fallline.old.keras.behaviour.eagerly import as_tensors, of_trees
from fallline.old.keras.behaviour.facts import of_keras_2_3
from fallline.old.keras.behaviour.penalties import of_the_batch
from fallline.old.keras.behaviour.weights import Weight, weight, weights_of
from fallline.old.notices import say_once
from fallline.own.tracing import IN_A_TRACE, PASS

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


OLDER_ARRAYS = {"W": ("kernel", "embeddings"), "b": ("bias",)}
"""What arrays were called before Keras 2 -> what they may be called now."""


class ShapeOf(tuple[Any, ...]):  # noqa: SLOT001 - it holds a function
    """The shape of what a layer gives, which Fallline's own code also calls as the layer's function of shapes."""

    function: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The shape for rows of a shape."""
        return self.function(*args, **kwargs)

    def as_list(self) -> list[Any]:
        """The sizes, as TensorFlow's shapes give them."""
        return list(self)


class OutputShape:
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
                now[name] = sizes_of(now[name])
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
        if inspect.isfunction(build := vars(cls).get("build")):
            cls.build = _at_once(build)  # type: ignore[attr-defined]
        super().__init_subclass__()
        function = vars(cls).get("output_shape")
        if inspect.isfunction(function):  # of a class with `call`, which was given it just now
            cls.output_shape = OutputShape(function)  # type: ignore[attr-defined]

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
        if name in OLDER_ARRAYS and not IN_A_TRACE.get():
            params = self.pure.drawn()[0]
            name = next((now for now in OLDER_ARRAYS[name] if now in params), name)
        found = super().__getattr__(name)  # type: ignore[misc]
        if name.startswith("_") or PASS.get() is not None or IN_A_TRACE.get():
            return found
        params, state = self.pure.drawn()
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
        """The layer on symbolic tensors, or on arrays as TensorFlow 2 does."""
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


def _at_once(build: Callable[..., Any]) -> Callable[..., Any]:
    """A `build` whose first values are numbers, as in TensorFlow, also where the layer is only tried on shapes."""

    @functools.wraps(build)
    def call(*args: Any, **kwargs: Any) -> Any:
        with jax.ensure_compile_time_eval():
            return build(*args, **kwargs)

    return call


def hard_sigmoid() -> Any:
    """The piecewise linear sigmoid of the program's years: 0.2 x + 0.5 within 0 and 1 before Keras 3."""
    if not age.current().before((3, 0)):
        return "hard_sigmoid"
    say_once("hard_sigmoid was 0.2 x + 0.5 within 0 and 1 before Keras 3: so it is here.")
    return steep


def steep(x: Any) -> Any:
    """0.2 x + 0.5 within 0 and 1: `hard_sigmoid` before Keras 3."""
    return activations.relu(0.2 * x + 0.5, max_value=1.0)


def sizes_of(shape: Any) -> Any:
    """A shape as a tuple: one number is a shape of one axis."""
    if isinstance(shape, int | np.integer) and not isinstance(shape, bool):
        return (int(shape),)
    return tuple(shape) if isinstance(shape, Sequence | np.ndarray) or hasattr(shape, "as_list") else shape
