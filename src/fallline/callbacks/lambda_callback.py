"""A callback from plain functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fallline.callbacks.callback import EPOCH_HOOKS, PREDICT_HOOKS, STEP_HOOKS, TEST_HOOKS, Callback
from fallline.errors import UsageError, suggestion

FURTHER_HOOKS = ("on_batch_begin", "on_batch_end", "on_boundary", "close", "set_model", "set_params")


class LambdaCallback(Callback):
    """Calls the functions given, with the arguments of the hook of that name.

    A line of JSON per epoch, for instance:

        file = open("losses.jsonl", "w")
        LambdaCallback(
            on_epoch_end=lambda epoch, logs: print(json.dumps({"epoch": epoch, **logs}), file=file),
            close=file.close,
        )

    Args:
        on_epoch_begin: `f(epoch, logs)`.
        on_epoch_end: `f(epoch, logs)`.
        on_train_begin: `f(logs)`.
        on_train_end: `f(logs)`.
        on_train_batch_begin: `f(batch, logs)`.
        on_train_batch_end: `f(batch, logs)`.
        **hooks: Functions for other hooks of `Callback`, e.g. `on_boundary`.

    Raises:
        UsageError: there is no hook of that name, or something given is no function.

    Source: Keras 3 for names and arguments.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **hooks: Callable[..., Any],
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
        # Hooks of evaluation and prediction pass here: fit refuses them with what to use instead.
        known = (*given, *FURTHER_HOOKS, *TEST_HOOKS, *PREDICT_HOOKS)
        for hook in hooks:
            if hook not in known:
                raise UsageError(f'LambdaCallback: there is no hook "{hook}". {suggestion(hook, known)}')
        self._given = {hook: f for hook, f in (given | hooks).items() if f is not None}
        for hook, function in self._given.items():
            if not callable(function):
                raise UsageError(f"LambdaCallback: {hook} must be a function, got {function!r:.60}.")
            setattr(self, hook, function)

    def granularity(self) -> str:
        """As often as the functions given need it."""
        if any(hook in self._given for hook in STEP_HOOKS):
            return "step"
        return "epoch" if any(hook in self._given for hook in EPOCH_HOOKS) else "boundary"
