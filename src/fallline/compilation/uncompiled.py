"""Programs as Python runs them, operation by operation, for who hunts a NaN or steps through a loss of their own.

`JAX_DISABLE_JIT=1` asks for it, and so do `JAX_DEBUG_NANS=1` and `JAX_DEBUG_INFS=1`: a compiled run is one operation to
JAX, of which it could only say that NaN came out. The run itself holds NaN by design (epochs not yet trained, a best value
not yet known), so that what JAX looks at is what `watching` encloses: steps, validation, predictions.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax

from fallline.own.tracing import in_a_trace

_SEARCHES = ("jax_debug_nans", "jax_debug_infs")

_asked_for: contextvars.ContextVar[tuple[bool, bool]] = contextvars.ContextVar(
    "nans, infs", default=(False, False)
)


def runs_uncompiled() -> bool:
    """Whether JAX's settings ask for programs that are not compiled."""
    return any(getattr(jax.config, name) for name in ("jax_disable_jit", *_SEARCHES))


class Uncompiled:
    """A program of leaves that is run by Python; called as compiled code is."""

    def __init__(self, program: Callable[..., Sequence[Any]]) -> None:
        self._program = program

    def __call__(self, *leaves: Any) -> Sequence[Any]:
        """Runs it.

        Raises:
            FloatingPointError: NaN (or infinity, as the settings say) came up within `watching`.
        """
        nans, infs = (bool(getattr(jax.config, name)) for name in _SEARCHES)
        token = _asked_for.set((nans, infs))
        try:
            with _looking(nans=False, infs=False), jax.disable_jit(), in_a_trace():
                return self._program(*leaves)
        finally:
            _asked_for.reset(token)

    def shapes(self, leaves: Sequence[Any]) -> None:
        """Traces it, so that mistakes show before anything runs, and that the structure of its result is known."""
        with _looking(nans=False, infs=False), in_a_trace():
            jax.eval_shape(self._program, *leaves)

    def cost_analysis(self) -> dict[str, float]:
        """Nothing is known."""
        return {}


@contextlib.contextmanager
def watching() -> Iterator[None]:
    """Within it JAX looks for what its settings ask for, where the program is run by Python; else nothing changes."""
    nans, infs = _asked_for.get()
    if not (nans or infs):
        yield
        return
    with _looking(nans=nans, infs=infs):
        yield


@contextlib.contextmanager
def _looking(*, nans: bool, infs: bool) -> Iterator[None]:
    with jax.debug_nans(nans), jax.debug_infs(infs):
        yield
