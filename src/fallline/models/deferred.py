"""Models that learn the shape of their inputs from the first data: chains without an `Input`, and classes with `call`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from fallline.data.arrays import as_rows, as_values
from fallline.data.batch import Batch
from fallline.errors import UsageError, nearest
from fallline.layers import InputLayer, Layer, Tensor
from fallline.layers.base.arguments import UNKNOWN, checked_training, without_batch
from fallline.models.assembled import Assembled
from fallline.models.structure import RESERVED, reserved
from fallline.models.trainable import Trainable
from fallline.own.tracing import in_a_trace

NEVER_CALLED = (
    "train_step",
    "test_step",
    "predict_step",
    "compute_loss",
    "compute_metrics",
    "make_train_function",
)
"""Methods of Keras's models that a class of one's own may override there, and that nothing calls here."""


class Deferred(Trainable):
    """A model whose network is made when it is first told, or shown, what its inputs look like.

    A class derived from `Model` says in `call` what it computes, by calling layers (and `ops`) on symbolic tensors:

        class Classifier(fl.Model):
            def __init__(self):
                super().__init__()
                self.hidden = fl.layers.Dense(64, activation="relu")
                self.out = fl.layers.Dense(10, activation="softmax")

            def call(self, inputs):
                return self.out(self.hidden(inputs))
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if taken := sorted(RESERVED & vars(cls).keys()):
            raise UsageError(reserved(cls, taken[0]))
        if "build" in vars(cls):
            cls.build = _before_tracing(vars(cls)["build"])  # type: ignore[method-assign]
        if own := [name for name in NEVER_CALLED if name in vars(cls)]:
            raise UsageError(
                f"{cls.__name__}: {own[0]} would never be called, as a run is one compiled program. Give compile a loss and "
                "metrics of your own, or train a loss function by fl.train."
            )

    _keys: tuple[str, ...] | None = None
    """The names of the inputs, where the data came as a dictionary."""
    _told_training: Any = UNKNOWN
    """What `call` is told as `training`."""
    _in_own_build = False
    """Whether the `build` of a class of one's own runs just now."""

    def call(self, inputs: Any) -> Any:
        """What a class of your own computes; called once, on symbolic tensors.

        It may have an argument `training`, to be passed on to layers; which value it has is not known here, so that
        `if training:` is an error.

        Args:
            inputs: A symbolic tensor, or a list or dictionary of them, as the data are given.

        Raises:
            UsageError: the class has no such method.
        """
        raise UsageError(
            f"{type(self).__name__}: write what the model computes, as a method call(self, inputs)."
        )

    @property
    def layers(self) -> list[Any]:
        """The layers, and the models used as layers; of a class with `call` those it holds, in order."""
        if type(self).call is Deferred.call:
            return super().layers
        held = [item for value in vars(self).values() for item in _items(value)]
        return list({id(item): item for item in held if isinstance(item, Layer | Assembled)}.values())

    @property
    def _weighted_layers(self) -> list[Layer]:
        """All layers of the network in the order of their weights: of a class with `call` that of its attributes."""
        called = super()._weighted_layers
        if type(self).call is Deferred.call:
            return called
        place: dict[int, int] = {}
        for part in self.layers:
            for layer in [part] if isinstance(part, Layer) else part._weighted_layers:
                place.setdefault(id(layer), len(place))
        return sorted(called, key=lambda layer: place.get(id(layer), len(place)))

    def _part_names(self) -> tuple[str, ...]:
        traced = self._require_traced()
        names = {id(part): name for part, name in zip(traced.parts, traced.names, strict=True)}
        return tuple(names.get(id(part), str(part.name)) for part in self.layers)

    def build(self, input_shape: Any = None) -> None:
        """Tells the shape of the inputs, whose first axis is the batch, as in Keras.

        One of a class of your own makes layers; it is called before `call` is, also where data tell the shape.

        Args:
            input_shape: A shape, or a list or dictionary of them; None: the shape is known already.

        Raises:
            NotReadyError: it is not known, and not told.
            UsageError: it is no shape.
        """
        if self._in_own_build:  # `super().build(input_shape)`
            return
        self._require_no_run("build")
        if input_shape is None:
            self._require_traced()
            return
        title = f'build: model "{self.name}"'
        shapes = input_shape
        if isinstance(input_shape, Mapping):
            self._keys = tuple(sorted(input_shape))
            shapes = [input_shape[key] for key in self._keys]
        if isinstance(shapes, Sequence) and shapes and isinstance(shapes[0], Sequence):
            given: Any = tuple(without_batch(shape, title) for shape in shapes)
        else:
            given = without_batch(shapes, title)
        if self._traced is None or self.network.input_shape != given:
            self._begin(given)

    def _begin(self, shapes: Any) -> None:
        """Makes the network for rows of a shape; a tuple of shapes where there are several inputs."""
        several = bool(shapes) and isinstance(shapes[0], tuple)
        tensors = [InputLayer(shape).tensor() for shape in (shapes if several else [shapes])]
        inputs: Any = tensors if several else tensors[0]
        if self._keys is not None:
            inputs = dict(zip(self._keys, tensors, strict=True))
        if type(self).build is not Deferred.build:
            self._in_own_build = True
            try:
                self.build(jax.tree.map(lambda tensor: tensor.shape, inputs))
            finally:
                self._in_own_build = False
        try:
            with in_a_trace():
                outputs = self._called_once(inputs)
        except KeyError as error:
            key, known = str(error.args[0]), self._keys or ()
            if key in known or not (near := nearest(key, known)):
                raise
            raise UsageError(
                f'model "{self.name}": its call asks for the input "{key}", which is not given.{near}'
            ) from error
        self._assemble(inputs, outputs)
        self._refreeze()

    def _called_once(self, inputs: Any) -> Any:
        """What `call` gives for symbolic tensors."""
        takes = "training" in inspect.signature(self.call).parameters
        return self.call(inputs, **({"training": self._told_training} if takes else {}))

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """As every model; one that does not know its input shape yet learns it here."""
        training = checked_training(training, f'model "{self.name}"')
        if self._traced is None and self._can_begin():
            self._begin(self._shapes_of(inputs))
        return super().__call__(inputs, training)

    def _can_begin(self) -> bool:
        """Whether there is something to make a network of."""
        return True

    def _shapes_of(self, inputs: Any) -> Any:
        """The shapes of the rows of what the model is called on."""
        if isinstance(inputs, Mapping):
            self._keys = tuple(sorted(inputs))
            return tuple(self._row_shape(inputs[key]) for key in self._keys)
        if (
            isinstance(inputs, list | tuple)
            and inputs
            and isinstance(inputs[0], Tensor | np.ndarray | jax.Array)
        ):
            return tuple(map(self._row_shape, inputs))
        return self._row_shape(inputs)

    def _row_shape(self, given: Any) -> tuple[int, ...]:
        if isinstance(given, Tensor):
            return given.row_shape
        array = given if isinstance(given, jax.Array) else as_values(given, f'model "{self.name}": the input')
        return tuple(array.shape[1:])

    def _checked_rows(self, x: Any, y: Any = None, sample_weight: Any = None, where: str = "") -> Batch:
        """Data as the user gives them, checked; before the network is known, as many inputs as there are."""
        if self._traced is not None:
            return super()._checked_rows(x, y, sample_weight, where)
        self._keys = tuple(sorted(x)) if isinstance(x, Mapping) else None
        return as_rows(
            x, y, sample_weight, where, inputs=self._keys or _names(x, "x"), outputs=_names(y, "y")
        )

    def _prepared(self, rows: Batch, where: str) -> Batch:
        """As every model; one that does not know its input shape yet learns it from data that can be used."""
        if self._traced is not None or not self._can_begin():
            return super()._prepared(rows, where)
        self._require_compiled()
        try:
            self._begin(_row_shapes(rows))
            return super()._prepared(rows, where)
        except Exception:
            # Data that cannot be used must not decide the input shape.
            self._forget()
            raise

    def _shaped_by(self, rows: Batch) -> Batch:
        """The rows; a model that does not know its input shape yet learns it from them."""
        if self._traced is None and self._can_begin():
            self._begin(_row_shapes(rows))
        return rows

    def _forget(self) -> None:
        """Takes back what was learned from data."""
        self._traced = None
        for layer in self.layers:
            if isinstance(layer, Layer):
                layer.pure.forget_calls()


def _before_tracing(build: Callable[[Any, Any], Any]) -> Callable[..., None]:
    """The `build` of a class of one's own, called when the network is made and not before."""

    @functools.wraps(build)
    def told(self: Deferred, input_shape: Any = None) -> None:
        if self._in_own_build:
            build(self, input_shape)
        else:
            Deferred.build(self, input_shape)

    return told


def _row_shapes(rows: Batch) -> Any:
    if isinstance(rows.x, tuple):
        return tuple(tuple(array.shape[1:]) for array in rows.x)
    return tuple(rows.x.shape[1:])


def _names(given: Any, what: str) -> Sequence[str]:
    """A name for each of several arrays; of a dictionary its keys."""
    if isinstance(given, Mapping):
        return tuple(sorted(given))
    several = isinstance(given, list | tuple) and len(given) > 1 and np.ndim(_first(given)) > 0
    # Nested lists are one array, unless they hold arrays.
    if several and not isinstance(given[0], list | tuple):
        return [f"{what}_{index}" for index in range(len(given))]
    return [what]


def _items(value: Any) -> list[Any]:
    """What a list, tuple or dictionary holds, or the value itself."""
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


def _first(given: Any) -> Any:
    return given[0] if not isinstance(given[0], list | tuple) else ()
