"""The hooks of a callback, as Keras names them, and how the engine drives them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from fallline.engine import Boundary, Resume
from fallline.errors import UsageError
from fallline.registry.argument_names import Modernised

Logs = dict[str, Any] | None
"""Name -> value: a number, or a list where a metric has several."""

STEP_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
EPOCH_HOOKS = ("on_epoch_begin", "on_epoch_end")
TEST_HOOKS = ("on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end")
PREDICT_HOOKS = ("on_predict_begin", "on_predict_end", "on_predict_batch_begin", "on_predict_batch_end")


class Callback(Modernised):
    """Looks at training from outside; override the hooks you need.

    The run is one compiled program, so every hook has a price. `on_boundary` is free: the run calls it about
    five times a second, whenever it surfaces. `on_epoch_begin` and `on_epoch_end` make the run surface every
    epoch (about 0.3 ms each). The batch hooks make it surface at every step, which for a small network is
    ten times slower than the step itself.

    A callback looks and may end training with `self.model.stop_training = True`. What must act inside a run is
    compiled into it: `EarlyStopping`, `ReduceLROnPlateau` and `LearningRateScheduler` in the same list of
    callbacks, or a schedule as the optimizer's learning rate. A callback that assigns
    `self.model.optimizer.learning_rate` after the run has begun is told so.

    An error in a callback ends training, keeps what was trained, and is raised; `on_train_end` is then not called,
    as in Keras, but `close` is.

    Keras's `on_test_*` and `on_predict_*` do not exist here: validation is inside the run, and `evaluate` and
    `predict` take no callbacks. A callback that defines one is refused rather than silently not called.

    Attributes:
        model: The model in training; its weights are those of the moment.
        params: `epochs`, `steps`, `batch_size` and `verbose` (0, 1 or 2), among others.

    Source: Keras 3 for names and arguments.
    """

    model: Any = None
    params: dict[str, Any]

    def __init__(self) -> None:
        self.params = {}

    def resume(self) -> Resume | None:
        """Asked before training: where a run that was cut off goes on; None begins anew."""
        return None

    def on_resume(self, resume: Resume) -> None:
        """Called before training where a run that was cut off goes on: `resume.trace` holds its history."""

    def set_model(self, model: Any) -> None:
        """Called before training with the model."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Called before training with `epochs`, `steps`, `batch_size`, `verbose` and what else is known."""
        self.params = params

    def on_train_begin(self, logs: Logs = None) -> None:
        """Called once, before compiling and the first step."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Called once, after the last step, with the last epoch's values."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Called before each epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Called after each epoch with its values, e.g. `{"loss": 0.5, "val_loss": 0.6}`.

        A number written into `logs` is seen by the callbacks after this one, and joins the history.
        """

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before each step of an epoch, counted from 0."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after each step with `{"loss": the mean over the epoch's rows so far}`.

        A short last batch runs together with the one before it: both calls then see the weights after it.
        """
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Keras's older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Keras's older name of `on_train_batch_end`."""

    def on_boundary(self, boundary: Boundary) -> None:
        """Called whenever the run surfaces, at least five times a second."""

    def close(self) -> None:
        """Called last, however training ended: gives back files and displays. May be called again."""

    def require_known_hooks(self) -> None:
        """Refuses a callback with hooks that nothing calls.

        Raises:
            UsageError: names the hook and what to use instead.
        """
        for hook in (*TEST_HOOKS, *PREDICT_HOOKS):
            if getattr(self, hook, None) is not None:
                instead = (
                    "on_epoch_end, whose logs hold the val_ values"
                    if hook in TEST_HOOKS
                    else "your own code around predict"
                )
                raise UsageError(
                    f"callbacks: {type(self).__name__} defines {hook}, which is never called: "
                    f"evaluation and prediction are single compiled programs. Use {instead}."
                )
        hooks = [name for name in dir(Callback) if name.startswith("on_")]
        for name in dir(type(self)):
            # Methods of the user's own may begin with "on_" too: only a name that is nearly a hook's is a slip.
            near = (
                [] if name in hooks or not name.startswith("on_") else get_close_matches(name, hooks, 1, 0.88)
            )
            if near and callable(getattr(type(self), name)):
                raise UsageError(
                    f'callbacks: {type(self).__name__} defines {name}, which is never called. Did you mean "{near[0]}"?'
                )

    def granularity(self) -> str:
        """How often the hooks that are overridden make the run surface: "boundary", "epoch" or "step".

        A callback that reads only the logs of `on_epoch_end`, and no weights, may return "boundary": it then
        hears of the epochs since the last boundary one after the other, which costs the run nothing.
        """
        if any(self._overrides(hook) for hook in STEP_HOOKS):
            return "step"
        return "epoch" if any(self._overrides(hook) for hook in EPOCH_HOOKS) else "boundary"

    @property
    def reads_epochs(self) -> bool:
        """Whether `on_epoch_end` has to be called."""
        return self.granularity() != "boundary" or self._overrides("on_epoch_end")

    def _overrides(self, hook: str) -> bool:
        return hook in self.__dict__ or getattr(type(self), hook) is not getattr(Callback, hook)
