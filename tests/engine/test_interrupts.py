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


def test_one_within_another_is_told_of_the_same_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts() as outer:
        with interrupts() as inner:
            signal.raise_signal(signal.SIGINT)
        assert inner is outer
        assert outer.is_set()
        with pytest.raises(KeyboardInterrupt), interrupts():
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
