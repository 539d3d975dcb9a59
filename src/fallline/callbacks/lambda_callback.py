"""A callback from plain functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fallline.callbacks.callback import EPOCH_HOOKS, STEP_HOOKS, Callback


class LambdaCallback(Callback):
    """Calls the functions given, with the arguments of the hook of that name.

    Args:
        on_epoch_begin: `f(epoch, logs)`.
        on_epoch_end: `f(epoch, logs)`.
        on_train_begin: `f(logs)`.
        on_train_end: `f(logs)`.
        on_train_batch_begin: `f(batch, logs)`.
        on_train_batch_end: `f(batch, logs)`.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        self._given = {hook: function for hook, function in given.items() if function is not None}
        for hook, function in self._given.items():
            setattr(self, hook, function)

    def granularity(self) -> str:
        """As often as the functions given need it."""
        if any(hook in self._given for hook in STEP_HOOKS):
            return "step"
        return "epoch" if any(hook in self._given for hook in EPOCH_HOOKS) else "boundary"
