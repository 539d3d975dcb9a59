"""From symbolic tensors to a network: which layers there are, in which order, under which names."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fallline import _precision
from fallline._tree import assign
from fallline.errors import UsageError
from fallline.layers import Call, InputLayer, Layer, Tensor, Use
from fallline.layers.base.notes import notes
from fallline.models.network import InputSpec, Network, Node
from fallline.registry.described import snake_case


@dataclasses.dataclass(frozen=True)
class Traced:
    """A network and the layers it was made of.

    Attributes:
        network: The network: pure functions.
        layers: The user's own layers, in the order of `network.layers`; they hold the arrays.
        heads: The input layer of each input.
        parts: What the model is made of as the user sees it: inputs, layers, and models used as layers.
        names: The name of each part in this model.
        calls: The calls behind `network.nodes`.
        tensors: What each call gives.
    """

    network: Network
    layers: tuple[Layer, ...]
    heads: tuple[InputLayer, ...]
    parts: tuple[Any, ...]
    names: tuple[str, ...]
    calls: tuple[Call, ...]
    tensors: tuple[Tensor, ...]

    def with_network(self, network: Network) -> Traced:
        """The same layers behind another network."""
        return dataclasses.replace(self, network=network)


def trace(
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    precision: str,
    output_names: Sequence[str] | None = None,
) -> Traced:
    """The network between tensors.

    Layers are ordered as Keras orders them: by their distance from the outputs, farthest first.

    Args:
        inputs: The tensors that it begins with.
        outputs: The tensors that it ends with.
        precision: Name of the number types, see `_precision`.
        output_names: Names of the outputs; None: those of the layers they come from.

    Raises:
        UsageError: an output depends on an input that is not given, an input is given twice, or two layers have
            one name.
    """
    if len({id(tensor) for tensor in inputs}) < len(inputs):
        raise UsageError("Model: one tensor is given as an input twice; give each input once.")
    order = _Order(inputs, outputs, _call)
    order.require_inputs()
    calls = order.by_depth()
    heads = tuple(_head(tensor) for tensor in inputs)
    # Keras sorts a model used as a layer by its own distance, not by those of the layers within it.
    owners = _Order(inputs, outputs, _unit).owners(inputs, heads)
    parts, names, layers, paths = _named(owners, [*map(Call, heads), *calls])
    number = {id(tensor): index for index, tensor in enumerate(inputs)}
    position = {id(layer): index for index, layer in enumerate(layers)}
    nodes = []
    for index, call in enumerate(calls):
        nodes.append(
            Node(
                position[id(call.layer)],
                tuple(number[id(item)] for item in call.sources),
                call.training,
                call.several,
            )
        )
        number[id(order.tensor_of[id(call)])] = len(inputs) + index
    tensors = tuple(order.tensor_of[id(call)] for call in calls)
    network = Network(
        layers=tuple(layer.pure.in_network(paths[id(layer)]) for layer in layers),
        nodes=tuple(nodes),
        inputs=tuple(
            InputSpec(paths[id(head)], tensor.row_shape) for tensor, head in zip(inputs, heads, strict=True)
        ),
        outputs=tuple(number[id(tensor)] for tensor in outputs),
        output_names=_distinct(
            output_names or [paths[id(_source(tensor, inputs, heads))] for tensor in outputs]
        ),
        frozen=frozen(layers, paths),
        precision=_precision.get(precision).name,
        shapes=tuple(tensor.row_shape for tensor in (*inputs, *tensors)),
    )
    return Traced(network, tuple(layers), heads, parts, names, tuple(calls), tensors)


def chain(layers: Sequence[Any], source: Tensor) -> Tensor:
    """The tensor at the end of layers (or models) that feed each other."""
    tensor = source
    for layer in layers:
        tensor = layer(tensor)
    return tensor


def frozen(layers: Iterable[Layer], paths: dict[int, str]) -> tuple[str, ...]:
    """The names of the layers that training leaves as they are."""
    layers = tuple(layers)
    for layer in layers:
        layer.pure.require_same_freezing()
    return tuple(paths[id(layer)] for layer in layers if not layer.trainable)


def _call(tensor: Tensor) -> Call:
    return tensor.call


def _unit(tensor: Tensor) -> Call | Use:
    """The use of a layer, or of a model as one, that gives a tensor."""
    return tensor.call.scope[0] if tensor.call.scope else tensor.call


def _owner(unit: Call | Use) -> Any:
    return unit.model if isinstance(unit, Use) else unit.layer


class _Order:
    """The calls between inputs and outputs; or, as the user sees them, the uses of layers and models."""

    def __init__(
        self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], unit_of: Callable[[Tensor], Any]
    ) -> None:
        self._given = {id(tensor) for tensor in inputs}
        self._unit_of = unit_of
        self.tensor_of: dict[int, Tensor] = {}
        self._depth: dict[int, int] = {}
        self._rank: dict[int, int] = {}
        self._loose: list[Tensor] = []
        self._finished: list[Any] = []
        for tensor in outputs:
            self._visit(tensor)
        owners: dict[int, int] = {}
        for unit in reversed(self._finished):
            # A later use of a shared layer is at least as far away as an earlier one, as in Keras.
            own = max(self._depth.get(id(unit), 0), owners.get(id(_owner(unit)), 0))
            self._depth[id(unit)] = owners[id(_owner(unit))] = own
            for source in unit.sources:
                key = self._key(source)
                self._depth[key] = max(self._depth.get(key, 0), own + 1)

    def require_inputs(self) -> None:
        """Refuses outputs that depend on an input which is not given.

        Raises:
            UsageError: names the input.
        """
        for tensor in self._loose:
            raise UsageError(
                f'the outputs depend on the input "{tensor.name or "without a name"}" of shape {tensor.shape}, '
                "which is not among the model's inputs. Add it to Model(inputs=[...])."
            )

    def by_depth(self) -> list[Any]:
        """The units, farthest from the outputs first; of equal ones, that found first from the outputs."""
        return sorted(self._finished, key=lambda unit: self._place(id(unit)))

    def owners(self, inputs: Sequence[Tensor], heads: Sequence[InputLayer]) -> list[Any]:
        """Input layers, layers and models, in the order of their farthest uses."""
        placed = [(self._place(id(unit)), _owner(unit)) for unit in self._finished]
        placed += [(self._place(id(tensor)), head) for tensor, head in zip(inputs, heads, strict=True)]
        return _unique(owner for _, owner in sorted(placed, key=lambda pair: pair[0]))

    def _place(self, key: int) -> tuple[int, int]:
        # An input that nothing uses is first among the last, as in Keras.
        return -self._depth.get(key, 0), self._rank.get(key, -1)

    def _key(self, tensor: Tensor) -> int:
        return id(tensor) if id(tensor) in self._given else id(self._unit_of(tensor))

    def _visit(self, last: Tensor) -> None:
        """Depth first, without recursion: a chain may be longer than Python's stack."""
        stack: list[tuple[Tensor, int]] = [(last, 0)]
        while stack:
            tensor, place = stack.pop()
            unit, key = self._unit_of(tensor), self._key(tensor)
            if place == 0 and key in self._rank:
                continue
            self._rank.setdefault(key, len(self._rank))
            if id(tensor) in self._given:
                continue
            if not unit.sources:
                self._loose.append(tensor)
                continue
            self.tensor_of[key] = tensor
            if place < len(unit.sources):
                stack += [(tensor, place + 1), (unit.sources[place], 0)]
            else:
                self._finished.append(unit)


def _head(tensor: Tensor) -> InputLayer:
    """The input layer of an input; a network that begins in the middle of another gets one of its own."""
    layer = tensor.call.layer
    return layer if isinstance(layer, InputLayer) else InputLayer(tensor.row_shape, dtype=tensor.dtype)


def _source(tensor: Tensor, inputs: Sequence[Tensor], heads: Sequence[InputLayer]) -> Layer:
    """The layer that gives a tensor, as the network sees it."""
    given = {id(item): head for item, head in zip(inputs, heads, strict=True)}
    return given.get(id(tensor), tensor.call.layer)


def _named(
    owners: Sequence[Any], calls: Sequence[Call]
) -> tuple[tuple[Any, ...], tuple[str, ...], list[Layer], dict[int, str]]:
    """The parts of a model, their names, its layers in order, and the path of each: `encoder/dense`."""
    layers: list[Layer] = []
    paths: dict[int, str] = {}

    def level(order: Sequence[Any], calls: Sequence[Call], depth: int, prefix: str) -> Any:
        groups: dict[int, tuple[Any, list[Call]]] = {}
        for call in calls:
            part = call.scope[depth].model if len(call.scope) > depth else call.layer
            groups.setdefault(id(part), (part, []))[1].append(call)
        rank = {id(part): index for index, part in enumerate(order)}
        ranked = sorted(groups.values(), key=lambda group: rank.get(id(group[0]), len(rank)))
        parts = [part for part, _ in ranked]
        names = unique_names(parts)
        for (part, inner), name in zip(ranked, names, strict=True):
            if not isinstance(part, Layer):
                fresh = [call for call in inner if id(call.layer) not in paths]
                level(part.layers, fresh, depth + 1, f"{prefix}{name}/")
            elif id(part) not in paths:
                paths[id(part)] = prefix + name
                if not isinstance(part, InputLayer):
                    layers.append(part)
        return parts, names

    parts, names = level(owners, calls, 0, "")
    return tuple(parts), tuple(names), layers, paths


def unique_names(parts: Sequence[Any]) -> list[str]:
    """The name of each part: its own, else its class in snake case and a number, as Keras does.

    Raises:
        UsageError: two parts were given one name.
    """
    taken = [name for name in map(given_name, parts) if name is not None]
    if repeated := {name for name in taken if taken.count(name) > 1}:
        raise UsageError(
            f"two layers are named {', '.join(sorted(repeated))}; names must differ within a model."
        )
    counts: dict[str, int] = {}
    names = []
    for part in parts:
        name = given_name(part)
        if name is None:
            base = snake_case(type(part).__name__)
            name = base
            while name in taken:
                counts[base] = counts.get(base, 0) + 1
                name = f"{base}_{counts[base]}"
            taken.append(name)
            if isinstance(part, Layer) and part.name is None:
                # So that `layer.name` tells something; another model may call the same layer otherwise.
                assign(part, name=name)
                notes(part).named_by_model = True
        names.append(name)
    return names


def given_name(part: Any) -> str | None:
    """The name that the user gave a layer or model, or None."""
    named_by_model = notes(part).named_by_model if isinstance(part, Layer) else part._named_by_model
    return None if named_by_model else part.name


def _unique(items: Iterable[Any]) -> list[Any]:
    return list({id(item): item for item in items}.values())


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Output names; a layer that gives several outputs has them numbered."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        result.append(f"{name}_{count}" if count else name)
    return tuple(result)
