"""The first arrays of a network, drawn from a seed."""

from __future__ import annotations

from typing import Any

from fallline._tree import replace
from fallline._types import ModelState, Params
from fallline.activations import Linear
from fallline.engine import initialise
from fallline.models.network import Network
from fallline.models.network_objective import Head, NetworkObjective


def drawn(network: Network, seed: int) -> dict[str, Any]:
    """The arrays of each layer, by its name in the network."""
    heads = [Head(name=name, activation=Linear(), loss=None) for name in network.output_names]
    bare = replace(network, frozen=())
    return bare.arrays(initialise(NetworkObjective(bare, tuple(heads)), seed))


def drawn_alone(network: Network, seed: int, name: str) -> tuple[Params, ModelState]:
    """Those of one layer: the same as in the model, which may be gone."""
    params, state = drawn(network, seed)[name]
    return params, state
