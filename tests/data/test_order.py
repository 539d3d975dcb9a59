"""The order of rows: permutations from seed and pass, blocks of indices, epochs that continue."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.data.order import INDEX_BUDGET, MOST_EPOCHS, Order
from fallline.data.permutation import permutation


def epochs_of(order: Order, first: int, count: int) -> list[list[int]]:
    block = order.block(first, count)
    assert block is not None
    full, short = block
    return [[*full[0, epoch].reshape(-1).tolist(), *short[0, epoch].tolist()] for epoch in range(count)]


@pytest.mark.parametrize("rows", [1, 2, 33, 1000])
def test_a_permutation_holds_each_row_once(rows):
    assert sorted(permutation(3, 5, rows).tolist()) == list(range(rows))


def test_a_permutation_is_a_function_of_seed_and_pass():
    def order(seed: int, number: int) -> list[int]:
        return permutation(seed, number, 100).tolist()

    assert order(1, 2) == order(1, 2)
    assert len({tuple(order(seed, number)) for seed in range(4) for number in range(4)}) == 16
    assert order(2**31 - 1, 0) != order(0, 0)


def test_a_permutation_is_the_same_on_every_machine():
    """Philox4x64-10 (Salmon et al. 2011) and Fisher-Yates, written out in plain Python once: fixed from here on.

    NumPy promises no stream of `shuffle` between its versions: if these numbers change, all trained weights do.
    """
    assert permutation(7, 3, 8).tolist() == [4, 3, 5, 6, 0, 7, 1, 2]
    assert permutation(2**31 - 1, 1000, 8).tolist() == [1, 5, 4, 3, 2, 0, 6, 7]
    assert permutation(0, 0, 8).tolist() == permutation(2**64, 0, 8).tolist() == [5, 0, 6, 1, 7, 2, 4, 3]


def test_every_epoch_visits_every_row_once_short_batch_included():
    order = Order.of(100, 32, (4,), True, None)
    assert (order.steps, order.tail, order.steps_per_epoch) == (3, 4, 4)
    epochs = epochs_of(order, 0, 3)
    assert all(sorted(epoch) == list(range(100)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]
    assert epochs[1] == permutation(4, 1, 100).tolist()


def test_blocks_join():
    order = Order.of(50, 16, (4,), True, None)
    assert epochs_of(order, 0, 4)[2:] == epochs_of(order, 2, 2)


def test_without_shuffling_rows_stay_as_they_stand():
    assert epochs_of(Order.of(10, 4, (0,), False, None), 0, 2) == [list(range(10))] * 2


@pytest.mark.parametrize("batch_size", [10, 1000])
def test_the_full_batch_needs_no_indices(batch_size):
    order = Order.of(10, batch_size, (0,), True, None)
    assert order.takes_everything
    assert (order.steps, order.tail, order.capacity) == (1, 0, MOST_EPOCHS)
    assert order.block(0, 3) is None


@pytest.mark.parametrize("shuffle", [False, True])
def test_steps_per_epoch_cut_one_stream_of_passes(shuffle):
    """10 rows, 3 steps of 4: each epoch begins where the last one ended, and a step may span two passes."""
    order = Order.of(10, 4, (6,), shuffle, 3)
    stream = [index for epoch in epochs_of(order, 0, 5) for index in epoch]
    passes = [stream[first : first + 10] for first in range(0, 60, 10)]
    assert all(sorted(one) == list(range(10)) for one in passes)
    if shuffle:
        assert passes[2] == permutation(6, 2, 10).tolist()
    else:
        assert passes[2] == list(range(10))
    assert epochs_of(order, 3, 1)[0] == stream[36:48]


def test_members_have_orders_of_their_own():
    block = Order.of(20, 8, (1, 2), True, None).block(0, 1)
    assert block is not None
    full, short = block
    for member, seed in enumerate((1, 2)):
        mine = [*full[member, 0].reshape(-1), *short[member, 0]]
        assert mine == permutation(seed, 0, 20).tolist()


@pytest.mark.parametrize(("rows", "members"), [(100, 1), (100_000, 1), (100_000, 8), (10_000_000, 1)])
def test_a_block_stays_within_its_budget(rows, members):
    order = Order.of(rows, 32, tuple(range(members)), True, None)
    assert 1 <= order.capacity <= MOST_EPOCHS
    assert order.capacity == 1 or order.capacity * rows * members <= INDEX_BUDGET


def test_orders_may_begin_at_different_epochs_and_visit_rows_of_their_own():
    sets = (np.arange(0, 20, 2, dtype=np.int32), np.arange(1, 21, 2, dtype=np.int32))
    order = Order.of(10, 4, (5, 5), True, None, sets=sets)
    full, short = order.block((0, 3), 2)
    for which, first in enumerate((0, 3)):
        for offset in range(2):
            mine = [*full[which, offset].reshape(-1), *short[which, offset]]
            assert mine == sets[which][permutation(5, first + offset, 10)].tolist()
