"""Where the members of a population are computed, and in which form.

A population is one program over the devices of the machine: members are split evenly over them, and on each
device they run side by side (`vmap`) or one after the other (`lax.map`).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from fallline._tree import PyTree
from fallline.engine.compilation import over_devices

AXIS = "members"

SIDE_BY_SIDE_PARAMETERS = 100_000
"""Networks up to this size run side by side on a CPU. Measured: below it the cost of a step is that of
starting its operations, which `vmap` shares; above it the matrix products fill the cores alone."""


@dataclasses.dataclass(frozen=True)
class Placement:
    """How a population is laid out.

    Attributes:
        members: Networks asked for.
        devices: The devices that share them.
        side_by_side: Whether the members of a device run in one `vmap`, or one after the other.
    """

    members: int
    devices: tuple[jax.Device, ...]
    side_by_side: bool

    @property
    def padded(self) -> int:
        """Members computed: the next multiple of the number of devices."""
        return -(-self.members // len(self.devices)) * len(self.devices)

    def spread(self, stacked: PyTree) -> PyTree:
        """A stacked tree (members, ...) laid over the devices; the last member fills what is left over."""
        sharding = NamedSharding(self._mesh(), PartitionSpec(AXIS))
        indices = np.minimum(np.arange(self.padded), self.members - 1)
        return jax.tree.map(lambda leaf: jax.device_put(np.asarray(leaf)[indices], sharding), stacked)

    def share(self, node: PyTree) -> PyTree:
        """A tree that every device holds whole."""
        return jax.device_put(node, NamedSharding(self._mesh(), PartitionSpec()))

    def gather(self, stacked: PyTree) -> PyTree:
        """A stacked result on the host, without the filled-up members."""
        return jax.tree.map(lambda leaf: np.asarray(leaf)[: self.members], stacked)

    def over_members(
        self, function: Callable[..., Any], stacked: Sequence[bool], name: str | None = None
    ) -> Callable[..., Any]:
        """The function of one member as a function of all of them.

        Args:
            function: `function(*arguments)`, or with `name` also `axis=` to reduce over in `vmap` form.
            stacked: For each argument whether it carries the member axis.
            name: The name of the mapped axis if the function wants it.
        """

        def on_device(*arguments: Any) -> Any:
            if self.side_by_side:
                mapped = functools.partial(function, axis=name) if name else function
                axes = [0 if is_stacked else None for is_stacked in stacked]
                return jax.vmap(mapped, in_axes=axes, axis_name=name)(*arguments)
            own = tuple(
                argument for argument, is_stacked in zip(arguments, stacked, strict=True) if is_stacked
            )

            def one(own: tuple[Any, ...]) -> Any:
                rest = iter(own)
                return function(
                    *[
                        next(rest) if is_stacked else argument
                        for argument, is_stacked in zip(arguments, stacked, strict=True)
                    ]
                )

            return jax.lax.map(one, own)

        specs = tuple(PartitionSpec(AXIS) if is_stacked else PartitionSpec() for is_stacked in stacked)
        return over_devices(on_device, self._mesh(), specs, PartitionSpec(AXIS))

    def _mesh(self) -> Mesh:
        return jax.make_mesh((len(self.devices),), (AXIS,), devices=self.devices)


def place(members: int, parameters: int) -> Placement:
    """Chooses the layout by size: the devices used, and the form on each.

    Args:
        members: Networks in the population.
        parameters: Numbers in one network's parameters.
    """
    devices = jax.devices()
    small = parameters <= SIDE_BY_SIDE_PARAMETERS
    on_cpu = devices[0].platform == "cpu"
    if on_cpu and not small:
        devices = devices[:1]  # one wide network at a time uses all cores better than one a core
    return Placement(members, tuple(devices[:members]), side_by_side=small or not on_cpu)
