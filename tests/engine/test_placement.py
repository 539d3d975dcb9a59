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
@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2])
def test_all_layouts_compute_the_same(members: int, width: int, count: int) -> None:
    placement = Placement(members, DEVICES[:count][:members], width)
    x, y = np.arange(members * 3, dtype=np.float32).reshape(members, 3), np.ones(3, np.float32)
    function = placement.over_members(double, stacked=(True, False))
    result = Program(function, "double")(placement.spread(x), placement.share(y))
    np.testing.assert_array_equal(placement.gather(result), 2 * x + 1)
    assert placement.padded % (len(placement.devices) * width) == 0
    assert placement.fillers.sum() == placement.padded - members


def test_members_are_spread_over_both_devices() -> None:
    spread = Placement(4, DEVICES[:2], width=2).spread(jnp.arange(4.0))
    assert {shard.device for shard in spread.addressable_shards} == set(DEVICES[:2])


def test_small_networks_run_side_by_side_in_groups_and_wide_ones_take_turns() -> None:
    small, middle, wide = (place(64, parameters) for parameters in (5_000, 200_000, 2_000_000))
    assert (len(small.devices), small.width) == (2, 8)
    assert (len(middle.devices), middle.width) == (2, 1)
    assert (len(wide.devices), wide.width) == (1, 1)
    assert len(place(1, parameters=10).devices) == 1
    assert place(64, 5_000, early=True).width == 4
    # Groups as even as they can be: 17 on each device are three groups of 6, not two of 8 and one of 1.
    assert (place(34, 10).width, place(34, 10).padded) == (6, 36)


def test_seats_fill_groups_and_devices_evenly() -> None:
    placement = Placement(12, DEVICES[:2], width=3)
    assert placement.seats().tolist() == [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11]
    assert Placement(11, DEVICES[:2], width=3).seats().tolist() == [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10]


def test_data_that_lies_on_the_devices_stays_there() -> None:
    once = Placement(4, DEVICES[:2], width=2).share(np.ones((30, 4), np.float32))
    again = Placement(6, DEVICES[:2], width=1).share(once)
    for one, other in zip(once.addressable_shards, again.addressable_shards, strict=True):
        assert one.data.unsafe_buffer_pointer() == other.data.unsafe_buffer_pointer()
