"""Layers that feed each other: what a model is made of, before there are arrays."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Mapping
from typing import Any

import numpy as np

from fallline import _precision, config
from fallline._tree import assign, replace
from fallline.errors import (
    ABSENT,
    ABSENT_FROM_MODELS,
    NotReadyError,
    ShapeError,
    TrainingWarning,
    UsageError,
    nearest,
    suggestion,
    warn,
)
from fallline.layers import InputLayer, Tensor
from fallline.layers.base.arguments import without_batch
from fallline.layers.base.notes import notes
from fallline.layers.base.tensor import UsedAsLayer
from fallline.models.drawing import drawn_alone
from fallline.models.network import Network
from fallline.models.tracing import Traced, frozen, trace
from fallline.registry.described import snake_case

RESERVED = frozenset(["compile_arguments", "network", "objective", "run_variables"])
"""What every model has, that Keras's models do not: a class derived from `Model` must not call something else so."""


def reserved(kind: type, name: str) -> str:
    """The message for a name that every model has."""
    return f'{kind.__name__}: every model has its own "{name}"; call yours otherwise, say "own_{name}".'


class Structure(UsedAsLayer):
    """Layers that feed each other.

    Attributes:
        name: The name.
    """

    def __init__(self, name: str | None, seed: int | None, dtype_policy: str | None) -> None:
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise UsageError(
                f'{type(self).__name__}: a name must be text, not empty and without "/", got {name!r:.40}.'
            )
        self.name = name or snake_case(type(self).__name__)
        self._named_by_model = name is None  # as of a layer: another model may call this one otherwise
        self._precision = dtype_policy or config.dtype_policy()
        _precision.get(self._precision)  # an unknown name is an error here, not when the model is built
        self._seed = config.next_seed() if seed is None else config.checked_seed(seed, type(self).__name__)
        self._traced: Traced | None = None
        self._ends: tuple[Any, Any] | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in RESERVED:
            raise UsageError(reserved(type(self), name))
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    # Only asked for what is not there.
    def __getattr__(self, name: str) -> Any:
        reason = ABSENT_FROM_MODELS.get(name) or ABSENT.get(name)
        near = (
            ""
            if name.startswith("_")
            else nearest(name, [each for each in dir(type(self)) if each[0] != "_"])
        )
        raise AttributeError(
            f'model "{self.__dict__.get("name", type(self).__name__)}" has no attribute "{name}"'
            + (f": {reason}" if reason else f".{near}"),
            name=name,
        )

    @property
    def network(self) -> Network:
        """The network: pure functions, without arrays.

        Raises:
            NotReadyError: the input shape is not known yet.
        """
        return self._require_traced().network

    @property
    def layers(self) -> list[Any]:
        """The inputs, the layers, and the models used as layers, in order; they hold the arrays."""
        return self._network_parts

    @property
    def _network_parts(self) -> list[Any]:
        """Everything that the network is made of: inputs, layers, models used as layers, calls of `ops`."""
        return list(self._require_traced().parts)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """A layer, or a model used as one, by its name or its place.

        Raises:
            UsageError: there is none such; the message suggests the nearest.
        """
        if (name is None) == (index is None):
            raise UsageError("get_layer: give the name of a layer, or index= its place.")
        parts = dict(zip(self._part_names(), self.layers, strict=True))
        if index is not None:
            if isinstance(index, bool) or not isinstance(index, int | np.integer):
                raise UsageError(f"get_layer: index must be a whole number, got {index!r:.40}.")
            if not -len(parts) <= index < len(parts):
                raise UsageError(f"get_layer: index {index} of {len(parts)} layers.")
            return self.layers[index]
        if name not in parts:
            raise UsageError(f'get_layer: no layer "{name}". {suggestion(str(name), parts)}')
        return parts[str(name)]

    @property
    def inputs(self) -> list[Tensor]:
        """The symbolic tensors that the model begins with."""
        self._require_traced()
        assert self._ends is not None
        return list(self._flat(self._ends[0]))

    @property
    def _input_layers(self) -> list[InputLayer]:
        """The input layer of each input."""
        return list(self._require_traced().heads)

    @property
    def outputs(self) -> list[Tensor]:
        """The symbolic tensors that the model ends with."""
        self._require_traced()
        assert self._ends is not None
        return list(self._flat(self._ends[1]))

    @property
    def input(self) -> Any:
        """The symbolic input, packed as the model was given it: one tensor, a list or a dictionary."""
        self._require_traced()
        return self._ends[0] if self._ends else None

    @property
    def output(self) -> Any:
        """The symbolic output, packed as the model was given it: one tensor, a list or a dictionary."""
        self._require_traced()
        return self._ends[1] if self._ends else None

    @property
    def input_shape(self) -> Any:
        """The shape of inputs, with None for the batch axis; a list of shapes where there are several."""
        shapes = [tensor.shape for tensor in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        """The shape of outputs, with None for the batch axis; a list of shapes where there are several."""
        shapes = [tensor.shape for tensor in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def built(self) -> bool:
        """Whether the shape of the inputs is known, so that there are arrays."""
        return self._traced is not None

    @built.setter
    def built(self, value: bool) -> None:
        """Programs for Keras say so at the end of `build`; it is known without."""

    @property
    def output_names(self) -> list[str]:
        """The name of each output: the keys of dictionaries of targets and losses."""
        return list(self.network.output_names)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of outputs for inputs of a shape, the batch axis first in both, as in Keras.

        Raises:
            ShapeError, UsageError: the model takes no such inputs.
        """
        given = input_shape if isinstance(input_shape, list) else [input_shape]
        rows = [without_batch(shape, f'model "{self.name}"') for shape in given]
        expected = [spec.shape for spec in self.network.inputs]
        if rows != expected:
            raise ShapeError(f'model "{self.name}" takes rows of shape {expected}, got {rows}.')
        shapes: Any = [(given[0][0], *shape) for shape in self.network.output_shapes]
        return shapes if len(shapes) > 1 else shapes[0]

    @property
    def trainable(self) -> bool:
        """Whether any layer is trained; setting it sets every layer's."""
        return any(layer.trainable for layer in self._require_traced().layers)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._require_traced().layers:
            assign(layer, trainable=bool(value))

    @property
    def _refrozen_layers(self) -> list[str]:
        """The names of the layers that are trainable now and were not when `compile` took it over, or the reverse."""
        return sorted(set(self._refrozen().frozen) ^ set(self.network.frozen))

    @property
    def _is_frozen_as_compiled(self) -> bool:
        """Whether the layers are as trainable as when `compile` took it over."""
        return not self._refrozen_layers

    # Copies and pickles

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._own_layers()

    # Inside

    def _assemble(self, inputs: Any, outputs: Any) -> None:
        """Makes the network between tensors."""
        keys = sorted(map(str, outputs)) if isinstance(outputs, Mapping) else None
        self._traced = trace(self._flat(inputs), self._flat(outputs), self._precision, keys)
        self._own_layers()
        self._ends = (inputs, outputs)

    def _reseed(self, seed: int) -> None:
        """Another seed than it was made with; arrays that are there already stay."""
        self._seed = config.checked_seed(seed, type(self).__name__)
        self._own_layers()

    def _own_layers(self) -> None:
        """Tells the layers who draws their arrays, and how they do it themselves if they outlive the model."""
        if self._traced is None:
            return
        network = self._traced.network
        for layer, copy in zip(self._traced.layers, network.layers, strict=True):
            own = notes(layer)
            own.owner = weakref.ref(self)
            own.place.draw = functools.partial(drawn_alone, network, self._seed, str(copy.name))

    def _flat(self, given: Any) -> tuple[Tensor, ...]:
        """Tensors in the order of the network: one, or those of a list; of a dictionary by its sorted keys."""
        items = [given[key] for key in sorted(given)] if isinstance(given, Mapping) else given
        items = tuple(items) if isinstance(items, list | tuple) else (items,)
        if not items:
            raise UsageError("Model: give at least one input and one output.")
        for item in items:
            if not isinstance(item, Tensor):
                raise UsageError(
                    f"Model: inputs and outputs are symbolic tensors, got {type(item).__name__}. Begin with "
                    "x = fl.Input((features,)) and call layers on it."
                )
        return items

    def _require_traced(self) -> Traced:
        if self._traced is None:
            raise NotReadyError(
                f'model "{self.name}" does not know its input shape yet. Begin with Input((features,)), or fit it.'
            )
        return self._traced

    def _part_names(self) -> tuple[str, ...]:
        return self._require_traced().names

    def _refreeze(self) -> None:
        """Takes over which layers are trainable now."""
        if self._traced is not None:
            self._traced = self._traced.with_network(self._refrozen())

    def _warn_of_refreezing(self) -> None:
        """Says that layers were frozen or thawed without a `compile` for it to count."""
        if changed := self._refrozen_layers:
            warn(
                f"fit: trainable of {', '.join(changed)} changed after compile, which takes it over; this run trains "
                f'model "{self.name}" as it was then. Call compile again for the change to count.',
                TrainingWarning,
            )

    def _refrozen(self) -> Network:
        """The network with the layers frozen that are not trainable now."""
        traced = self._require_traced()
        paths = {
            id(own): str(copy.name) for own, copy in zip(traced.layers, traced.network.layers, strict=True)
        }
        return replace(traced.network, frozen=frozen(traced.layers, paths))

    def _inputs_in_order(self, given: Any) -> tuple[Any, ...]:
        names = [spec.name for spec in self.network.inputs]
        self._require_named("inputs", given, self._ends[0] if self._ends else None)
        if isinstance(given, Mapping):
            if missing := [name for name in self._input_keys() if name not in given]:
                other = [str(name) for name in given if name not in self._input_keys()]
                near = f' There is "{other[0]}".{nearest(other[0], missing)}' if other else ""
                raise UsageError(f'model "{self.name}": the inputs lack {", ".join(missing)}.{near}')
            return tuple(given[name] for name in self._input_keys())
        if len(names) > 1 or (
            isinstance(given, list | tuple) and any(isinstance(item, Tensor) for item in given)
        ):
            if not isinstance(given, list | tuple) or len(given) != len(names):
                raise UsageError(f'model "{self.name}" takes {len(names)} inputs ({", ".join(names)}).')
            return tuple(given)
        return (given,)

    def _require_named(self, what: str, given: Any, made_with: Any) -> None:
        """Refuses a list where the model was made with a dictionary: its order would be a guess."""
        if isinstance(made_with, Mapping) and len(made_with) > 1 and isinstance(given, list | tuple):
            raise UsageError(
                f'model "{self.name}" was made with a dictionary of {what} ({", ".join(made_with)}); give a dictionary '
                "with these keys, not a list."
            )

    def _input_keys(self) -> list[str]:
        """The names under which inputs may be given: keys of the dictionary, else names of the inputs."""
        given = self._ends[0] if self._ends else None
        return sorted(given) if isinstance(given, Mapping) else [spec.name for spec in self.network.inputs]

    def _output_keys(self) -> list[str]:
        given = self._ends[1] if self._ends else None
        return sorted(given) if isinstance(given, Mapping) else list(self.network.output_names)

    def _packed(self, outputs: Any) -> Any:
        """Outputs as the model was given its symbolic ones: one, a list or a dictionary."""
        given = self._ends[1] if self._ends else None
        several = outputs if isinstance(outputs, tuple) else (outputs,)
        if isinstance(given, Mapping):
            named = dict(zip(sorted(given), several, strict=True))
            return {name: named[name] for name in given}
        # A list of one is that one, as in Keras.
        return list(several) if isinstance(given, list | tuple) and len(several) > 1 else several[0]
