"""Blocks of the order: the same whether they were made ahead or not, and no thread where there is nothing to make."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from fallline.data import order as orders
from fallline.data.order import Order
from fallline.engine.blocks import Blocks


def test_blocks_made_ahead_are_those_of_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "INDEX_BUDGET", 40)  # two epochs a block
    order = Order.of(10, 4, (1, 2), True, None)
    assert order.capacity == 2
    makers: list[str] = []
    made = order.block
    seen = lambda *a: (makers.append(threading.current_thread().name), made(*a))[1]  # noqa: E731
    monkeypatch.setattr(Order, "block", lambda self, *a: seen(*a))
    placed: list[Any] = []
    with Blocks(order, [0, 3], 5, lambda indices: placed.append(indices) or indices) as blocks:
        for epoch in range(5):
            full, _ = blocks.at(epoch)
            for which, first in enumerate((0, 3)):
                expected = orders.permutation((1, 2)[which], first + epoch, 10)[:8]
                np.testing.assert_array_equal(full[which, epoch % 2].reshape(-1), expected)
    assert len(placed) == 3, "each block is brought to the device once"
    assert makers[0] == "MainThread"
    assert all(name.startswith("fallline-order") for name in makers[1:])
    assert len(makers) == 3, "none beyond the end"


def test_one_block_needs_no_thread() -> None:
    before = threading.active_count()
    with Blocks(Order.of(10, 10, (0,), True, None), [0], 5000, lambda indices: indices) as blocks:
        assert [blocks.at(epoch) for epoch in (0, 1024, 4999)] == [None] * 3
        assert threading.active_count() == before
