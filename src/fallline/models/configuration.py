"""Models as configurations for JSON, and back: layers, how they are connected, and models within models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fallline.errors import SavedFileError, UsageError, suggestion
from fallline.layers import InputLayer, Layer, Tensor, Use
from fallline.models.assembled import Assembled
from fallline.models.kinds import KINDS
from fallline.models.tracing import given_name
from fallline.registry.configuration import from_config, to_config


def describe(model: Assembled, write: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """A model as `restored` takes it: without its arrays.

    Args:
        model: The model.
        write: What to make of each layer, and of each model used as one; None: its configuration.

    Raises:
        UsageError: a layer holds a function without a name, or is shared between a model and one within it.
    """
    _require_apart(model)
    write = write or _written
    if isinstance(model, KINDS["ensemble"]):
        return _ensemble(model, write)
    return _sequential(model, write) if isinstance(model, KINDS["sequential"]) else _functional(model, write)


def restored(
    config: Mapping[str, Any],
    *,
    seed: int | None = None,
    dtype_policy: str | None = None,
    read: Callable[[Any], Any] = from_config,
    kinds: Mapping[str, Any] = KINDS,
) -> Any:
    """The model that `describe` described, with fresh arrays.

    Args:
        config: The description.
        seed: The model's seed.
        dtype_policy: The model's number types.
        read: Makes a layer of what `describe` made of one.
        kinds: The class of each kind of models.

    Raises:
        SavedFileError: the configuration is none of a model.
    """
    if not isinstance(config, Mapping):
        raise SavedFileError(f"the configuration of a model is a dictionary, got {type(config).__name__}.")
    if "registered_name" in config or "build_input_shape" in config or "input_layers" in config:
        raise SavedFileError(
            "this is a model's configuration of Keras, whose form is another. Make the model with the same lines, and "
            "set_weights(keras_model.get_weights())."
        )
    kind, name = config.get("kind"), config.get("name")
    options: dict[str, Any] = {"seed": seed, "dtype_policy": dtype_policy}

    def part(item: Any, precision: str | None = dtype_policy) -> Any:
        own = options | {"dtype_policy": precision}
        return (
            restored(item, read=read, kinds=kinds, **own)
            if isinstance(item, dict) and "kind" in item
            else read(item)
        )

    if kind == "sequential":
        _require_keys(config, "input", "layers")
        head = [] if config["input"] is None else [read(config["input"]).tensor()]
        return kinds["sequential"]([*head, *map(part, config["layers"])], name, **options)
    if kind == "ensemble":
        _require_keys(config, "members", "precisions", "weights", "scales")
        members = list(map(part, config["members"], config["precisions"]))
        return KINDS["ensemble"].of_parts(members, config["weights"], config["scales"], name, **options)
    if kind != "functional":
        known = ["sequential", "functional", "ensemble"]
        near = suggestion(kind, known) if isinstance(kind, str) else f'It needs "kind": {" or ".join(known)}.'
        raise SavedFileError(f"no model is described here (kind {kind!r:.40}). {near}")
    _require_keys(config, "parts", "heads", "calls", "inputs", "outputs")
    parts = list(map(part, config["parts"]))
    tensors = [parts[index].tensor() for index in config["heads"]]
    for call in config["calls"]:
        called, given = parts[call["part"]], [tensors[index] for index in call["sources"]]
        several = len(given) > 1 or (isinstance(called, Layer) and bool(called.several_inputs))
        results = called(given if several else given[0], training=call["training"])
        results = [results[name] for name in sorted(results)] if isinstance(results, dict) else results
        tensors += results if isinstance(results, list | tuple) else [results]
    return kinds["functional"](
        _unpacked(config["inputs"], tensors), _unpacked(config["outputs"], tensors), name, **options
    )


def _require_keys(config: Mapping[str, Any], *names: str) -> None:
    """Refuses the configuration of a model that lacks one of these.

    Raises:
        SavedFileError: names it, and the nearest of what there is.
    """
    for name in names:
        if name not in config:
            raise SavedFileError(
                f'the configuration of a model lacks "{name}". {suggestion(name, map(str, config))}'
            )


def _sequential(model: Any, write: Callable[[Any], Any]) -> dict[str, Any]:
    head = None
    if model.source is not None:
        head = write(model.source.call.layer)
    return {
        "kind": "sequential",
        "name": given_name(model),
        "input": head,
        "layers": [write(part) for part in model.layers],
    }


def _ensemble(model: Any, write: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        "kind": "ensemble",
        "name": given_name(model),
        "members": [write(member) for member in model.members],
        "precisions": [member.network.precision for member in model.members],
        "weights": model.member_weights.tolist(),
        "scales": [list(scale) for scale in model._scales],
    }


def _functional(model: Assembled, write: Callable[[Any], Any]) -> dict[str, Any]:
    parts = model._network_parts
    place = {id(part): index for index, part in enumerate(parts)}
    numbers = {id(tensor): index for index, tensor in enumerate(model.inputs)}
    calls: list[dict[str, Any]] = []

    def number(tensor: Tensor) -> int:
        """The number of a tensor; what it comes from is described first."""
        if id(tensor) in numbers:
            return numbers[id(tensor)]
        call = tensor.call
        unit = call.scope[0] if call.scope else call
        sources = [number(source) for source in unit.sources]
        part = call.scope[0].model if call.scope else call.layer
        if call.scope:
            _require_unchanged(model, call.scope[0])
        calls.append({"part": place[id(part)], "sources": sources, "training": unit.training})
        for result in call.scope[0].results if call.scope else [tensor]:
            numbers[id(result)] = len(numbers)
        return numbers[id(tensor)]

    outputs = _packed(model.output, number)
    return {
        "kind": "functional",
        "name": given_name(model),
        "parts": [write(part) for part in parts],
        "heads": [place[id(head)] for head in model._input_layers],
        "calls": calls,
        "inputs": _packed(model.input, number),
        "outputs": outputs,
    }


def _packed(given: Any, number: Any) -> Any:
    if isinstance(given, Mapping):
        return {"names": list(given), "tensors": [number(item) for item in given.values()]}
    return [number(item) for item in given] if isinstance(given, list | tuple) else number(given)


def _unpacked(config: Any, tensors: list[Tensor]) -> Any:
    if isinstance(config, Mapping):
        return dict(zip(config["names"], (tensors[index] for index in config["tensors"]), strict=True))
    return [tensors[index] for index in config] if isinstance(config, list) else tensors[config]


def _written(part: Any) -> Any:
    return describe(part) if isinstance(part, Assembled) else to_config(as_named_by_user(part))


def as_named_by_user(layer: Layer) -> Layer:
    """A copy of a layer under the name that the user gave it, or none."""
    # A name that a model gave is given again; kept as if the user's own, it would clash in other models.
    return layer.pure.twin(given_name(layer))


def _require_unchanged(model: Assembled, use: Use) -> None:
    """Refuses an inner model that has other layers than when it was called: a file holds it as it is now."""
    now = [part for part in use.model.layers if not isinstance(part, InputLayer)]
    if now != [part for part in use.parts if not isinstance(part, InputLayer)]:
        raise UsageError(
            f'model "{use.model.name}" has other layers now than when "{model.name}" was made of it. Make the outer '
            "model again."
        )


def _require_apart(model: Assembled) -> None:
    """Refuses a layer that lies both in a model and in another one within the same model."""
    seen: dict[int, str] = {}

    def visit(part: Any, path: str) -> None:
        if isinstance(part, Assembled):
            for inner in {id(item): item for item in part.layers}.values():
                visit(inner, f"{path}/{part.name}")
        elif seen.setdefault(id(part), path) != path:
            raise UsageError(
                f'layer "{part.name}" lies both in {seen[id(part)]} and in {path}; a file cannot tell that they share '
                "it. Share the whole inner model instead, or save the weights alone (save_weights)."
            )

    visit(model, "")
