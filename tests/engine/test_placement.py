"""Where members run, and that filling up the devices changes nothing."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.engine import Program
from fallline.engine.placement import Placement, place

DEVICES = tuple(jax.devices())


def double(x: jax.Array, y: jax.Array) -> jax.Array:
    return 2 * x + y


@pytest.mark.parametrize("members", [1, 2, 3, 5])
@pytest.mark.parametrize("side_by_side", [False, True])
@pytest.mark.parametrize("count", [1, 2])
def test_all_layouts_compute_the_same(members: int, side_by_side: bool, count: int) -> None:
    placement = Placement(members, DEVICES[:count][:members], side_by_side)
    x, y = np.arange(members * 3, dtype=np.float32).reshape(members, 3), np.ones(3, np.float32)
    function = placement.over_members(double, stacked=(True, False))
    result = Program(function, "double")(placement.spread(x), placement.share(y))
    np.testing.assert_array_equal(placement.gather(result), 2 * x + 1)
    assert placement.padded % len(placement.devices) == 0


def test_members_are_spread_over_both_devices() -> None:
    spread = Placement(4, DEVICES[:2], side_by_side=True).spread(jnp.arange(4.0))
    assert {shard.device for shard in spread.addressable_shards} == set(DEVICES[:2])


def test_small_networks_share_all_devices_and_wide_ones_take_turns() -> None:
    small, wide = place(64, parameters=5_000), place(64, parameters=2_000_000)
    assert (len(small.devices), small.side_by_side) == (2, True)
    assert (len(wide.devices), wide.side_by_side) == (1, False)
    assert len(place(1, parameters=10).devices) == 1
