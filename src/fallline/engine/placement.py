"""Where the members of a population are computed, and in which form; one network alone is the simplest case.

A population is one program over the devices of the machine: members are split evenly over them. On each device some run
side by side (`vmap`), and these groups one after the other (`lax.map`): a group ends with its last member, and what it
holds stays near the core.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from numpy.typing import NDArray

from fallline._tree import PyTree
from fallline.compilation.program import over_devices

AXIS = "members"

SIDE_BY_SIDE_PARAMETERS = 12_000
"""Networks up to this size run side by side on a CPU. Measured: below it the cost of a step is that of starting its
operations, which `vmap` shares; above it a batch of matrix products takes longer than one after the other."""

SIDE_BY_SIDE = 8
"""How many of them. Measured: 4 to 16 cost the same, all 64 a tenth more, for their state leaves the cache; few of them
wait for few."""

SIDE_BY_SIDE_EARLY = 4
"""How many where rules end members early: they cost 3 to 7 % more, and of 64 that stopped between epoch 4 and 30 groups of 4
computed 1.08 times what was needed, groups of 8 1.12."""

ALL_DEVICES_PARAMETERS = 1_000_000
"""Networks up to this size run one on each core; larger ones use all cores best one at a time."""

MOST_PLACES = 64
"""Members of one program on a CPU: more cost as much each, and a window must not be long."""

MOST_PLACES_SIDE_BY_SIDE = 1024
"""Members of one program elsewhere, where all run side by side."""


@dataclasses.dataclass(frozen=True)
class Placement:
    """How a run is laid out.

    Attributes:
        members: Networks asked for; None for one without a member axis.
        devices: The devices that share them.
        width: Members of a device that run side by side in one `vmap`. Where there are more, these groups run one after
            the other, and each ends with its last member.
    """

    members: int | None
    devices: tuple[jax.Device, ...]
    width: int = 1

    @property
    def padded(self) -> int:
        """Members computed: the next multiple of what all devices run side by side."""
        assert self.members is not None
        together = len(self.devices) * self.width
        return -(-self.members // together) * together

    @property
    def fillers(self) -> NDArray[np.bool_]:
        """Which of the members computed only fill the devices up (padded,)."""
        return np.arange(self.padded) >= (self.members or 0)

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

    def seats(self) -> NDArray[np.intp]:
        """The places of all members in the order in which they should be taken where there are fewer.

        So taken, as few groups as possible have members, and each device as many of them as the others.
        """
        assert self.members is not None
        groups = np.arange(self.padded).reshape(len(self.devices), -1, self.width)
        order = groups.swapaxes(0, 1).reshape(-1)
        return order[order < self.members]

    def over_members(
        self, function: Callable[..., Any], stacked: Sequence[bool], name: str | None = None
    ) -> Callable[..., Any]:
        """The function of one member as a function of all of them.

        Args:
            function: `function(*arguments)`, or with `name` also `axis=` to reduce over in `vmap` form.
            stacked: For each argument whether it carries the member axis.
            name: The name of the mapped axis if the function wants it; where members run side by side.
        """
        if self.members is None:
            return function

        own_axis = [0 if is_stacked else None for is_stacked in stacked]

        def on_device(*arguments: Any) -> Any:
            count = self.padded // len(self.devices)
            mapped = functools.partial(function, axis=name) if name else function
            together = jax.vmap(mapped, in_axes=own_axis, axis_name=name)
            if count == self.width > 1:
                return together(*arguments)
            own = [argument for argument, is_stacked in zip(arguments, stacked, strict=True) if is_stacked]

            def part(own: list[Any]) -> Any:
                rest = iter(own)
                here = together if self.width > 1 else function
                return here(
                    *(
                        next(rest) if is_stacked else argument
                        for argument, is_stacked in zip(arguments, stacked, strict=True)
                    )
                )

            if self.width == 1:
                return jax.lax.map(part, own)
            folded = jax.tree.map(
                lambda leaf: leaf.reshape(count // self.width, self.width, *leaf.shape[1:]), own
            )
            return jax.tree.map(lambda leaf: leaf.reshape(count, *leaf.shape[2:]), jax.lax.map(part, folded))

        specs = tuple(PartitionSpec(AXIS) if is_stacked else PartitionSpec() for is_stacked in stacked)
        return over_devices(on_device, self._mesh(), specs, PartitionSpec(AXIS))

    def _mesh(self) -> Mesh:
        # Automatic axes: who changes a stacked state between epochs may index it as any array.
        return jax.make_mesh((len(self.devices),), (AXIS,), axis_types=(AxisType.Auto,), devices=self.devices)


ALONE = Placement(None, ())
"""The layout of one network without a member axis."""


def place(members: int, parameters: int, *, early: bool = False) -> Placement:
    """Chooses the layout by size: the devices used, and the form on each.

    Args:
        members: Networks in the population.
        parameters: Numbers in one network's parameters.
        early: Whether members may end at different times.
    """
    devices = tuple(jax.devices())
    on_cpu = devices[0].platform == "cpu"
    if on_cpu and parameters > ALL_DEVICES_PARAMETERS:
        devices = devices[:1]
    devices = devices[:members]
    each = -(-members // len(devices))
    most = each
    if on_cpu:
        together = SIDE_BY_SIDE_EARLY if early else SIDE_BY_SIDE
        most = together if parameters <= SIDE_BY_SIDE_PARAMETERS else 1
    return Placement(members, devices, -(-each // -(-each // most)))


def predicts_side_by_side() -> bool:
    """Whether networks of one structure predict the same rows at once, rather than one after the other.

    On a CPU not: of thousands of rows each product fills the cores alone, and `vmap` took twice as long (16 networks,
    20-64-64-10 of 10,000 rows: 180 ms against 89; 784-512-512-10 of 4,096: 2.2 s against 1.2), of 32 rows the same.
    """
    return jax.devices()[0].platform != "cpu"
