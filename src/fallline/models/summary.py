"""A network as a table."""

from __future__ import annotations

import io

import jax

from fallline.engine import Variables
from fallline.models.network import Network, name_of


def table(name: str, network: Network, variables: Variables) -> str:
    """The layers with output shapes and parameters, 80 columns wide."""
    from rich.console import Console
    from rich.table import Table

    rows = Table(title=f'Model: "{name}"', title_justify="left")
    rows.add_column("Layer (type)")
    rows.add_column("Output shape")
    rows.add_column("Parameters", justify="right")
    for layer, shape in zip(network.layers, network.shapes(), strict=True):
        own = name_of(layer)
        count = _count(variables.params.get(own, {})) + _count(variables.state.get(own, {}))
        rows.add_row(f"{layer.name} ({type(layer).__name__})", str((None, *shape)), f"{count:,}")
    trained, kept = _count(variables.params), _count(variables.state)
    size = sum(leaf.nbytes for leaf in jax.tree.leaves(variables))
    console = Console(file=io.StringIO(), width=80)
    console.print(rows)
    console.print(f"Input shape: {(None, *network.input_shape)}")
    console.print(
        f"Parameters: {trained + kept:,} ({size / 1024:,.1f} KiB), trained {trained:,}, not trained {kept:,}"
    )
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _count(arrays: object) -> int:
    return sum(int(leaf.size) for leaf in jax.tree.leaves(arrays))
