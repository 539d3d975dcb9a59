"""A network as a table."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import jax

from fallline.errors import UsageError, suggestion
from fallline.layers import InputLayer, Layer
from fallline.models.network import Arrays
from fallline.models.tracing import Traced


def table(
    name: str,
    traced: Traced,
    arrays: Arrays,
    *,
    width: int = 80,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> str:
    """The layers with output shapes, parameters and connections.

    A model used as a layer is one row. The connections are shown where the layers are no chain.

    Args:
        name: The model's name.
        traced: Its network and layers.
        arrays: What each layer holds.
        width: Columns of text.
        expand_nested: Whether the layers of models used as layers follow, indented.
        show_trainable: Whether a column says which are trained.
        layer_range: Patterns of the names of the first and the last row.
    """
    from rich.console import Console
    from rich.table import Table

    network = traced.network
    branches = not is_chain(traced)
    rows = Table(title=f'Model: "{name}"', title_justify="left")
    rows.add_column("Layer (type)")
    rows.add_column("Output shape")
    rows.add_column("Parameters", justify="right")
    if show_trainable:
        rows.add_column("Trained")
    if branches:
        rows.add_column("Connected to")
    parts = list(zip(traced.parts, traced.names, strict=True))
    for part, own in parts if layer_range is None else _between(parts, layer_range):
        if isinstance(part, InputLayer) and not branches:
            continue
        cells = [f"{own} ({type(part).__name__})", shape_of(part, traced), f"{_count_of(own, arrays):,}"]
        cells += ["yes" if part.trainable else "no"] if show_trainable else []
        rows.add_row(*cells, *([", ".join(connections(part, traced))] if branches else []))
        for depth, inner, shape in _inner(part, 1) if expand_nested else ():
            cells = [
                f"{'  ' * depth}{inner.name} ({type(inner).__name__})",
                shape,
                f"{inner.count_params():,}",
            ]
            cells += ["yes" if inner.trainable else "no"] if show_trainable else []
            rows.add_row(*cells, *([""] if branches else []))
    trained = sum(_count(params) for own, (params, _) in arrays.items() if own not in network.frozen)
    total = sum(_count(both) for both in arrays.values())
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(dict(arrays)))
    console = Console(file=io.StringIO(), width=width)
    console.print(rows)
    shapes = [(None, *spec.shape) for spec in network.inputs]
    console.print(f"Input shape: {shapes[0]}" if len(shapes) == 1 else f"Input shapes: {shapes}")
    console.print(
        f"Parameters: {total:,} ({size / 1024:,.1f} KiB), trained {trained:,}, not trained {total - trained:,}"
    )
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def table_of_unbuilt(name: str, parts: Sequence[Any], width: int = 80) -> str:
    """The layers of a model whose input shape is not known yet, and with it neither shapes nor parameters.

    Args:
        name: The model's name.
        parts: Its layers.
        width: Columns of text.
    """
    from rich.console import Console
    from rich.table import Table

    rows = Table(title=f'Model: "{name}"', title_justify="left")
    for heading in ("Layer (type)", "Output shape", "Parameters"):
        rows.add_column(heading)
    for part in parts:
        own = f"{part.name} ({type(part).__name__})" if part.name else type(part).__name__
        rows.add_row(own, "not known yet", "not drawn yet")
    console = Console(file=io.StringIO(), width=width)
    console.print(rows)
    console.print("The input shape is not known yet. Begin with Input((features,)), call build, or fit it.")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _inner(part: Any, depth: int) -> Iterator[tuple[int, Any, str]]:
    """The layers within a model used as a layer, with their depth and output shape."""
    if isinstance(part, Layer):
        return
    for inner in part.layers:
        if not isinstance(inner, InputLayer):
            yield (
                depth,
                inner,
                str(inner.output_shape if not isinstance(inner, Layer) else inner.output.shape),
            )
            yield from _inner(inner, depth + 1)


def _between(parts: list[tuple[Any, str]], layer_range: Sequence[str]) -> list[tuple[Any, str]]:
    if isinstance(layer_range, str) or len(layer_range) != 2:
        raise UsageError(
            f"summary: layer_range is the name of the first and of the last layer, got {layer_range!r:.60}."
        )
    found = []
    for pattern in layer_range:
        places = [index for index, (_, own) in enumerate(parts) if re.fullmatch(pattern, own)]
        if not places:
            raise UsageError(
                f'summary: no layer "{pattern}". {suggestion(pattern, [own for _, own in parts])}'
            )
        found.append(places)
    return parts[min(found[0]) : max(found[1]) + 1]


def is_chain(traced: Traced) -> bool:
    """Whether each layer feeds the next and nothing else."""
    inputs = len(traced.network.inputs)
    nodes = traced.network.nodes
    straight = all(node.sources == (inputs - 1 + index,) for index, node in enumerate(nodes))
    return inputs == 1 and straight and len(traced.network.outputs) == 1


def shape_of(part: Any, traced: Traced) -> str:
    """The shape of what a part gives, with None for the batch axis."""
    if isinstance(part, InputLayer):
        return str((None, *part.shape))
    if not isinstance(part, Layer):
        return str(part.output_shape)
    shapes = traced.network.shapes[len(traced.network.inputs) :]
    return next(
        str((None, *shape))
        for call, shape in zip(traced.calls, shapes, strict=True)
        if call.layer is part and not call.scope
    )


def _count_of(own: str, arrays: Arrays) -> int:
    return sum(_count(both) for path, both in arrays.items() if path == own or path.startswith(f"{own}/"))


def connections(part: Any, traced: Traced) -> list[str]:
    """The names of the parts that feed a part."""
    names = {id(item): name for item, name in zip(traced.parts, traced.names, strict=True)}
    found: list[str] = []
    for call in traced.calls:
        unit = call.scope[0] if call.scope else call
        owner = call.scope[0].model if call.scope else call.layer
        if owner is not part:
            continue
        for source in unit.sources:
            origin = source.call.scope[0].model if source.call.scope else source.call.layer
            if (name := names.get(id(origin))) and name not in found:
                found.append(name)
    return found


def _count(arrays: object) -> int:
    return sum(int(leaf.size) for leaf in jax.tree.leaves(arrays))
