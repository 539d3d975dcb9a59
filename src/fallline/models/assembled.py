"""A network with its arrays: what a model is before anyone trains it."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fallline import config
from fallline._custom_objects import custom_object_scope
from fallline._random import root_key
from fallline._ranges import whole
from fallline._schedule import at_step
from fallline._tree import assign, replace
from fallline.activations import Linear
from fallline.data.arrays import as_values
from fallline.engine import Variables, initialise
from fallline.errors import ABSENT, NotReadyError, ShapeError, UsageError, suggestion
from fallline.layers import InputLayer, Tensor, Use
from fallline.layers.arguments import without_batch
from fallline.models import summary, weights
from fallline.models.network import Network
from fallline.models.network_objective import Head, NetworkObjective
from fallline.models.tracing import Traced, frozen, trace
from fallline.models.weights import Order


class Assembled:
    """Layers that feed each other, and the arrays that they hold.

    Attributes:
        name: The name.
    """

    def __init__(self, name: str | None, seed: int | None, dtype_policy: str | None) -> None:
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise UsageError(
                f'{type(self).__name__}: a name must be text, not empty and without "/", got {name!r:.40}.'
            )
        self.name = name or type(self).__name__.casefold()
        self._named_by_model = name is None  # as of a layer: another model may call this one otherwise
        self._precision = dtype_policy or config.dtype_policy()
        self._seed = config.next_seed() if seed is None else config.checked_seed(seed, type(self).__name__)
        self._traced: Traced | None = None
        self._ends: tuple[Any, Any] | None = None

    # Only asked for what is not there.
    def __getattr__(self, name: str) -> Any:
        reason = ABSENT.get(name, "")
        raise AttributeError(
            f'model "{self.__dict__.get("name", type(self).__name__)}" has no attribute "{name}"'
            + (f": {reason}" if reason else "."),
            name=name,
        )

    # What it is made of

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
        return self.parts

    @property
    def parts(self) -> list[Any]:
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
    def heads(self) -> list[InputLayer]:
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

    # Its arrays

    @property
    def run_variables(self) -> Variables:
        """The arrays of the moment as the engine trains them; drawn from the seed when first needed."""
        return self.network.arranged(self.arrays())

    def set_variables(self, variables: Variables) -> None:
        """Replaces all arrays at once by a tree like `run_variables`."""
        self.hold(self.network.arrays(jax.tree.map(jnp.array, variables)))

    @property
    def weights(self) -> list[Array]:
        """All arrays, layer by layer as Keras orders them."""
        return list(weights.named_arrays(self.arrays(), self.order).values())

    @property
    def trainable_weights(self) -> list[Array]:
        """The arrays that training changes by gradients."""
        self.arrays()
        return [array for layer in self._require_traced().layers for array in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The arrays that training does not change by gradients."""
        self.arrays()
        return [array for layer in self._require_traced().layers for array in layer.non_trainable_weights]

    variables = property(lambda self: self.weights, doc="Keras's other name for `weights`.")
    trainable_variables = property(lambda self: self.trainable_weights, doc="Keras's other name.")
    non_trainable_variables = property(lambda self: self.non_trainable_weights, doc="Keras's other name.")

    def get_weights(self) -> list[NDArray[Any]]:
        """Copies of all arrays, layer by layer as Keras orders them: trained ones first, then moving averages."""
        return [np.array(array) for array in self.weights]

    def set_weights(self, weights_: Sequence[Any]) -> None:
        """Replaces all arrays, in the order of `get_weights`.

        Raises:
            ShapeError: the number or the shapes of the arrays differ; the message names the first.
        """
        self.hold(weights.with_arrays(self.arrays(), self.order, weights_))

    def count_params(self) -> int:
        """The number of numbers in all arrays."""
        return sum(int(array.size) for array in self.weights)

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Sequence[str] | None = None,
    ) -> None:
        """Prints the layers with their output shapes, numbers of parameters, and what each is connected to.

        Args:
            line_length: Width of the table, 80 by default.
            positions: Kept for Keras's argument order: columns take the room that they need.
            print_fn: What prints; None: `print`.
            expand_nested: Whether the layers of models used as layers have rows of their own.
            show_trainable: Whether a column says which layers are trained.
            layer_range: The names of the first and the last layer to show, or patterns of them.

        Raises:
            NotReadyError: the input shape is not known yet.
            UsageError: an argument is not what it must be.
        """
        del positions
        text = summary.table(
            self.name,
            self._require_traced(),
            self.arrays(),
            width=80 if line_length is None else whole("summary: line_length", line_length, 20),
            expand_nested=bool(expand_nested),
            show_trainable=bool(show_trainable),
            layer_range=layer_range,
        )
        (print_fn or print)(text)

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """Calls the network: on symbolic tensors as a layer of a larger model, or on arrays.

        On arrays with `training=True` dropout is on and moving averages move; nothing is learned.

        Raises:
            DataError, ShapeError, UsageError: the inputs do not fit.
        """
        given = self._inputs_in_order(inputs)
        if any(isinstance(item, Tensor) for item in given):
            return self._called(given, training)
        network = at_step(self._refrozen(), 0)
        arrays = tuple(
            item
            if isinstance(item, jax.Array)
            else jnp.asarray(as_values(item, f'model "{self.name}": an input'))
            for item in given
        )
        key = root_key(config.next_seed()) if training or network.draws_always else None
        variables = network.arranged(self.arrays())
        outputs, state, _ = network.apply(
            variables, arrays if len(arrays) > 1 else arrays[0], key=key, training=bool(training)
        )
        if training:
            self.hold(network.arrays(Variables(variables.params, state)))
        return self._packed(outputs)

    # As files and configurations

    def save_weights(self, path: str | Path, overwrite: bool = True) -> None:
        """Writes the arrays alone to one file; any model of the same layers can load them.

        Raises:
            UsageError: the file exists and must not be replaced.
        """
        from fallline.models.saving import save_weights

        save_weights(self, path, overwrite)

    def load_weights(self, path: str | Path) -> None:
        """Reads the arrays from a file that `save_weights` or `save` wrote. The optimizer starts afresh.

        Raises:
            SavedFileError: the file is missing or damaged, or its arrays do not fit.
        """
        from fallline.models.saving import load_weights

        load_weights(self, path)

    def to_json(self) -> str:
        """`get_config` as text; `models.model_from_json` reads it.

        Raises:
            UsageError: a layer holds a function without a name.
        """
        return json.dumps(self.get_config())

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected, as a dictionary for JSON; without arrays.

        Raises:
            UsageError: a layer holds a function without a name.
        """
        from fallline.models.configuration import describe

        return describe(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Assembled:
        """The model that a `get_config` described, with fresh arrays.

        Args:
            config: The configuration.
            custom_objects: What the names of your own functions and classes stand for, `{"my_loss": my_loss}`.

        Raises:
            SavedFileError: the configuration is none of a model, or holds a name of which nobody said what it is.
        """
        from fallline.models.configuration import restored

        with custom_object_scope(custom_objects):
            return restored(config)

    # Inside

    def _assemble(self, inputs: Any, outputs: Any) -> None:
        """Makes the network between tensors."""
        keys = sorted(map(str, outputs)) if isinstance(outputs, Mapping) else None
        self._traced = trace(self._flat(inputs), self._flat(outputs), self._precision, keys)
        for layer in self._traced.layers:
            layer.__dict__["_owner"] = weakref.ref(self)
        self._ends = (inputs, outputs)

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

    def _refrozen(self) -> Network:
        """The network with the layers frozen that are not trainable now."""
        traced = self._require_traced()
        paths = {
            id(own): str(copy.name) for own, copy in zip(traced.layers, traced.network.layers, strict=True)
        }
        return replace(traced.network, frozen=frozen(traced.layers, paths))

    def arrays(self) -> dict[str, Any]:
        """What each layer holds, by its name in this model; layers that hold nothing yet are built."""
        traced = self._require_traced()
        names = [str(layer.name) for layer in traced.network.layers]
        missing = [layer for layer in traced.layers if layer.held() is None]
        if missing:
            heads = [Head(name=name, activation=Linear(), loss=None) for name in traced.network.output_names]
            bare = replace(traced.network, frozen=())
            drawn = bare.arrays(initialise(NetworkObjective(bare, tuple(heads)), self._seed))
            for name, layer in zip(names, traced.layers, strict=True):
                if layer.held() is None:
                    layer.hold(*drawn[name])
        return {name: layer.held() for name, layer in zip(names, traced.layers, strict=True)}

    @property
    def order(self) -> Order:
        """Layer name -> what brings the layer's arrays into Keras's order."""
        traced = self._require_traced()
        names = [str(copy.name) for copy in traced.network.layers]
        return {name: layer.ordered for name, layer in zip(names, traced.layers, strict=True)}

    def hold(self, arrays: Mapping[str, Any]) -> None:
        """Gives each layer its arrays, by its name in this model."""
        traced = self._require_traced()
        for layer in traced.layers:
            layer.require_free("set_weights", self)
        for layer, copy in zip(traced.layers, traced.network.layers, strict=True):
            layer.hold(*arrays[str(copy.name)])

    def lend(self, user: Any) -> None:
        """Says who trains the layers just now; None: nobody."""
        for layer in self._require_traced().layers:
            layer.lend(user)

    def _inputs_in_order(self, given: Any) -> tuple[Any, ...]:
        names = [spec.name for spec in self.network.inputs]
        self._require_named("inputs", given, self._ends[0] if self._ends else None)
        if isinstance(given, Mapping):
            if missing := [name for name in self._input_keys() if name not in given]:
                raise UsageError(f'model "{self.name}": the inputs lack {", ".join(missing)}.')
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

    def _called(self, sources: tuple[Any, ...], training: bool | None) -> Any:
        """The tensors that the model gives for tensors: its calls once more, within the scope of this model."""
        traced = self._require_traced()
        known = {id(old): new for old, new in zip(self.inputs, sources, strict=True)}
        for old, new in zip(self.inputs, sources, strict=True):
            if not isinstance(new, Tensor) or new.row_shape != old.row_shape:
                got = new.shape if isinstance(new, Tensor) else type(new).__name__
                raise UsageError(f'model "{self.name}" takes an input of shape {old.shape}, got {got}.')
        use = Use(self, tuple(sources), training, [], traced.parts)
        for call, tensor in zip(traced.calls, traced.tensors, strict=True):
            known[id(tensor)] = call.layer.called(
                [known[id(source)] for source in call.sources],
                call.training if training is None else training,
                (use, *call.scope),
            )
        outputs = tuple(known[id(tensor)] for tensor in self.outputs)
        use.results.extend(outputs)
        return self._packed(outputs if len(outputs) > 1 else outputs[0])
