"""A network with its arrays: what a model is before anyone trains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fallline import config
from fallline._random import root_key
from fallline._ranges import whole
from fallline._schedule import at_step
from fallline._tree import replace
from fallline.data.arrays import as_values
from fallline.engine import Calls, Flat, Variables
from fallline.errors import UsageError
from fallline.layers import Layer, Tensor, Use
from fallline.layers.base.notes import notes
from fallline.models import summary, weights
from fallline.models.arguments import knows_keras
from fallline.models.drawing import drawn
from fallline.models.structure import Structure
from fallline.models.weights import Order
from fallline.own.symbolic import first_recorded


class Assembled(Structure):
    """Layers that feed each other, and the arrays that they hold.

    Attributes:
        name: The name.
    """

    def __init__(self, name: str | None, seed: int | None, dtype_policy: str | None) -> None:
        super().__init__(name, seed, dtype_policy)
        self._calls = Calls()

    # Its arrays

    @property
    def run_variables(self) -> Variables:
        """The arrays of the moment as the engine trains them; drawn from the seed when first needed."""
        return self.network.arranged(self._layer_arrays())

    def _flat_variables(self) -> Flat:
        """The same taken apart; anew only where a layer holds other arrays than last."""
        held = [holder.held() for holder in self._holders]
        return self._calls.kept("variables", lambda: Flat.of(self.run_variables), self.network, *held)

    def _ready_to_hold(self, flat: Flat) -> Callable[[], None]:
        """What gives the layers arrays in the form of `_flat_variables`: made beforehand, it takes no time itself."""
        network, arrays, holders = self.network, self.network.arrays(flat.tree), self._holders
        given = [arrays[str(copy.name)] for copy in network.layers]

        def hold() -> None:
            kept = []
            for holder, own in zip(holders, given, strict=True):
                if (note := notes(holder)).within is None:
                    note.arrays = own
                else:
                    holder.hold(*own)
                kept.append(note.arrays)
            self._calls.know("variables", flat, network, *kept)

        return hold

    @property
    def _holders(self) -> list[Any]:
        """What holds the arrays of each layer, in the order of the network's layers."""
        traced = self._require_traced()
        return self._calls.kept("holders", lambda: [layer.pure for layer in traced.layers], traced)

    @property
    def weights(self) -> list[Array]:
        """All arrays, layer by layer as Keras orders them."""
        return list(weights.named_arrays(self._layer_arrays(), self._weight_order).values())

    @property
    def trainable_weights(self) -> list[Array]:
        """The arrays that training changes by gradients."""
        self._layer_arrays()
        return [array for layer in self._weighted_layers for array in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The arrays that training does not change by gradients."""
        self._layer_arrays()
        return [array for layer in self._weighted_layers for array in layer.non_trainable_weights]

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
        self._hold_arrays(weights.with_arrays(self._layer_shapes(), self._weight_order, weights_))

    def count_params(self) -> int:
        """The number of numbers in all arrays."""
        return sum(int(array.size) for array in self.weights)

    @knows_keras
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

        Before the input shape is known it prints the layers alone.

        Args:
            line_length: Width of the table, 80 by default.
            positions: Kept for Keras's argument order: columns take the room that they need.
            print_fn: What prints; None: `print`.
            expand_nested: Whether the layers of models used as layers have rows of their own.
            show_trainable: Whether a column says which layers are trained.
            layer_range: The names of the first and the last layer to show, or patterns of them.

        Raises:
            UsageError: an argument is not what it must be.
        """
        del positions
        width = 80 if line_length is None else whole("summary: line_length", line_length, 20)
        if self._traced is None:
            text = summary.table_of_unbuilt(self.name, self.layers, width)
        else:
            text = summary.table(
                self.name,
                self._traced,
                self._layer_arrays(),
                width=width,
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
        if (recorded := first_recorded(given)) is not None:
            return recorded.given_to(self, (tuple(given), training))
        network = at_step(self._refrozen(), 0)
        arrays = tuple(
            item
            if isinstance(item, jax.Array)
            else jnp.array(as_values(item, f'model "{self.name}": an input'))
            for item in given
        )
        key = root_key(config.next_seed()) if training or network.draws_always else None
        variables = network.arranged(self._layer_arrays())
        outputs, state, _ = network.apply(
            variables, arrays if len(arrays) > 1 else arrays[0], key=key, training=bool(training)
        )
        if training:
            self._hold_arrays(network.arrays(Variables(variables.params, state)))
        return self._packed(outputs)

    # Inside

    def _layer_arrays(self) -> dict[str, Any]:
        """What each layer holds, by its name in this model; layers that hold nothing yet are built."""
        traced = self._require_traced()
        names = [str(layer.name) for layer in traced.network.layers]
        if any(holder.held() is None for holder in self._holders):
            arrays = drawn(traced.network, self._seed)
            for name, holder in zip(names, self._holders, strict=True):
                if holder.held() is None:
                    holder.hold(*arrays[name])
        return {name: holder.held() for name, holder in zip(names, self._holders, strict=True)}

    def _layer_shapes(self) -> dict[str, Any]:
        """The same with shapes and types alone where a layer holds nothing yet: what is replaced need not be drawn."""
        if all(holder.held() is not None for holder in self._holders):
            return self._layer_arrays()
        bare = replace(self._require_traced().network, frozen=())
        return bare.arrays(jax.eval_shape(lambda: bare.init(jax.random.key(0))))

    @property
    def _weight_order(self) -> Order:
        """Layer name -> what brings the layer's arrays into Keras's order."""
        traced = self._require_traced()
        names = {
            id(layer): str(copy.name)
            for layer, copy in zip(traced.layers, traced.network.layers, strict=True)
        }
        return {names[id(layer)]: layer.pure.arranged for layer in self._weighted_layers}

    @property
    def _weighted_layers(self) -> list[Layer]:
        """All layers of the network, those of models within included, in the order of their weights."""
        return list(self._require_traced().layers)

    def _hold_arrays(self, arrays: Mapping[str, Any]) -> None:
        """Gives each layer its arrays, by its name in this model."""
        for holder in self._holders:
            holder.require_free("set_weights", self)
        for holder, copy in zip(self._holders, self.network.layers, strict=True):
            holder.hold(*arrays[str(copy.name)])

    def _lend_layers(self, user: Any) -> None:
        """Says who trains the layers just now; None: nobody."""
        for holder in self._holders:
            holder.lend(user)

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
            known[id(tensor)] = call.layer.pure.called(
                [known[id(source)] for source in call.sources],
                call.training if training is None else training,
                (use, *call.scope),
                call.several,
            )
        outputs = tuple(known[id(tensor)] for tensor in self.outputs)
        use.results.extend(outputs)
        return self._packed(outputs if len(outputs) > 1 else outputs[0])
