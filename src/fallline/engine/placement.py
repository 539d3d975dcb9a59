"""Where the members of a population are computed, and in which form; one network alone is the simplest case.

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
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from fallline._tree import PyTree
from fallline.compilation.program import over_devices

AXIS = "members"

SIDE_BY_SIDE_PARAMETERS = 100_000
"""Networks up to this size run side by side on a CPU. Measured: below it the cost of a step is that of
starting its operations, which `vmap` shares; above it the matrix products fill the cores alone."""


@dataclasses.dataclass(frozen=True)
class Placement:
    """How a run is laid out.

    Attributes:
        members: Networks asked for; None for one without a member axis.
        devices: The devices that share them.
        side_by_side: Whether the members of a device run in one `vmap`, or one after the other.
    """

    members: int | None
    devices: tuple[jax.Device, ...]
    side_by_side: bool

    @property
    def padded(self) -> int:
        """Members computed: the next multiple of the number of devices."""
        assert self.members is not None
        return -(-self.members // len(self.devices)) * len(self.devices)

    def spread(self, stacked: PyTree) -> PyTree:
        """A stacked tree (members, ...) laid over the devices; the last member fills what is left over."""
        if self.members is None:
            return stacked
        sharding = NamedSharding(self._mesh(), PartitionSpec(AXIS))
        if self.padded == self.members:
            return jax.device_put(stacked, sharding)
        indices = np.minimum(np.arange(self.padded), self.members - 1)
        return jax.tree.map(lambda leaf: jax.device_put(np.asarray(leaf)[indices], sharding), stacked)

    def laid(self, padded: PyTree) -> PyTree:
        """A stacked tree that is filled up already, laid over the devices."""
        if self.members is None:
            return padded
        return jax.device_put(padded, NamedSharding(self._mesh(), PartitionSpec(AXIS)))

    def share(self, node: PyTree) -> PyTree:
        """A tree that every device holds whole."""
        if self.members is None:
            return jax.device_put(node)
        return jax.device_put(node, NamedSharding(self._mesh(), PartitionSpec()))

    def real(self, stacked: PyTree) -> PyTree:
        """A stacked tree without the filled-up members, where it lies."""
        if self.members is None or self.padded == self.members:
            return stacked
        return jax.tree.map(lambda leaf: leaf[: self.members], stacked)

    def gather(self, stacked: PyTree) -> PyTree:
        """A stacked result on the host, without the filled-up members; that of one network stays where it is."""
        if self.members is None:
            return stacked
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
        if self.members is None:
            return function

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
        # Automatic axes: who changes a stacked state between epochs may index it as any array.
        return jax.make_mesh((len(self.devices),), (AXIS,), axis_types=(AxisType.Auto,), devices=self.devices)


ALONE = Placement(None, (), side_by_side=False)
"""The layout of one network without a member axis."""


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


def predicts_side_by_side() -> bool:
    """Whether networks of one structure predict the same rows at once, rather than one after the other.

    On a CPU not: of thousands of rows each product fills the cores alone, and `vmap` took twice as long (16 networks,
    20-64-64-10 of 10,000 rows: 180 ms against 89; 784-512-512-10 of 4,096: 2.2 s against 1.2), of 32 rows the same.
    """
    return jax.devices()[0].platform != "cpu"
