"""Ctrl-C where the handler is not Python's: nothing that could not be put back is taken away."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from fallline.engine.interrupts import interrupts


def test_a_handler_that_is_not_pythons_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An embedding program's: `getsignal` gives None for it, which `signal` does not take."""
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    taken: list[Any] = []
    monkeypatch.setattr(signal, "signal", lambda *arguments: taken.append(arguments))
    with interrupts() as event:
        assert not event.is_set()
    assert taken == []
