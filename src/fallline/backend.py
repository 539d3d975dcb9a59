"""The names of Keras's `backend` that a feedforward program asks for; its mathematics is `jax.numpy`."""

from __future__ import annotations

from fallline.utils import clear_session

__all__ = ["clear_session", "epsilon"]


def epsilon() -> float:
    """The margin that losses keep from 0: 1e-7."""
    return 1e-7
