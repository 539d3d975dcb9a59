"""Callbacks as an observer of the engine: boundaries become Keras's hooks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.callbacks.callback import Callback
from fallline.callbacks.logs import number, of_epoch
from fallline.engine import Boundary, Resume, Variables
from fallline.engine.endings import Status
from fallline.engine.pacing import GRANULARITIES
from fallline.errors import UsageError
from fallline.history.recorded import Recorded


class CallbackList:
    """Drives callbacks from the boundaries of a run.

    All callbacks see one dictionary of an epoch's values, one after the other: a number that one of them writes into
    it is seen by those after it, and joins the history.

    An error in a callback ends the run at that boundary and is kept in `error`, so that the caller can store
    what was trained before raising it.

    Attributes:
        granularity: The finest that any callback needs.
        error: What a callback raised, or None.
        resume: Where a run that was cut off goes on, once training has begun; None where it begins anew.

    Source: Keras 3 for names and arguments.
    """

    def __init__(
        self,
        callbacks: Sequence[Callback],
        model: Any,
        params: dict[str, Any],
        show: Callable[[Variables, Any], None],
        takes_rates: bool = False,
    ) -> None:
        self._callbacks = tuple(callbacks)
        self._model = model
        self._show = show
        self._takes_rates = takes_rates
        self._opened = params.get("initial_epoch", 0) - 1
        self._first_epoch = self._opened + 1
        self._epochs_planned = params.get("epochs", 0)
        self._validation_freq = params.get("validation_freq", 1)
        self._step = 0
        self._loss = 0.0
        self._learning_rate: Any = None
        self._freezing: Any = None
        self._written: dict[str, dict[int, float]] = {}
        self.error: BaseException | None = None
        self.resume: Resume | None = None
        order = GRANULARITIES.index
        self.granularity = GRANULARITIES[max((order(item.granularity()) for item in callbacks), default=0)]
        self._reads_epochs = any(item.reads_epochs for item in callbacks)
        for callback in self._callbacks:
            callback.set_params(params)
            callback.set_model(model)

    def begin(self) -> None:
        """Before compiling and the first step.

        Raises:
            UsageError: two callbacks want to resume a run, or one assigned trainable.
        """
        self._freezing = self._is_frozen_as_compiled()
        for callback in self._callbacks:
            callback.on_train_begin({})
        self._require_same_freezing()
        resumes = [found for callback in self._callbacks if (found := callback.resume()) is not None]
        if len(resumes) > 1:
            raise UsageError("callbacks: two of them resume a run; which one is to go on? Give one of them.")
        self.resume = resumes[0] if resumes else None
        if self.resume is not None:
            for callback in self._callbacks:
                callback.on_resume(self.resume)
        first = self._first_epoch + (self.resume.epochs if self.resume else 0)
        if first < self._epochs_planned:
            self._open(first)
        # Until here it still counts: the run takes its numbers next.
        self._learning_rate = self._rate()

    def end(self, logs: dict[str, Any]) -> None:
        """After the last step; where a callback raised an error, only files and displays are given back."""
        try:
            if self.error is None:
                for callback in self._callbacks:
                    callback.on_train_end(logs)
        finally:
            self.close()

    def close(self) -> None:
        """Gives back what the callbacks hold."""
        for callback in self._callbacks:
            callback.close()

    def at_boundary(self, boundary: Boundary) -> None:
        """Calls the hooks for what happened since the last boundary."""
        self._show(boundary.state.variables, boundary.state.optimizer)
        try:
            self._steps(boundary)
            self._epochs(boundary)
            seen = boundary
            if self._written:
                seen = dataclasses.replace(boundary, read_history=lambda: self.recorded(boundary.history))
            for callback in self._callbacks:
                callback.on_boundary(seen)
            self._require_unchanged()
            if self._model.stop_training:
                boundary.stop()
            elif boundary.epoch < boundary.epochs and self._runs(boundary):
                self._open(boundary.epoch)
                self._require_unchanged()
        except BaseException as error:  # kept and raised by the caller, after the weights are stored
            self.error = error
            boundary.stop()

    def _open(self, epoch: int) -> None:
        if self.granularity == "boundary" or epoch <= self._opened:
            return
        self._opened = epoch
        self._step = 0
        self._loss = 0.0
        for callback in self._callbacks:
            callback.on_epoch_begin(epoch, {})
        if self.granularity == "step":
            self._begin_batch(0)

    def _begin_batch(self, batch: int) -> None:
        for callback in self._callbacks:
            callback.on_train_batch_begin(batch, {})

    def _steps(self, boundary: Boundary) -> None:
        if self.granularity != "step":
            return
        losses = np.asarray(boundary.state.step_losses)
        reached = boundary.step if not boundary.fresh_epochs else boundary.steps_per_epoch
        while self._step < reached:
            # The last step of an epoch may be a short one, which counts less: that mean is the epoch's own.
            last = self._step + 1 == boundary.steps_per_epoch
            self._loss += float(losses[self._step])
            loss = boundary.history["loss"][-1] if last else self._loss / (self._step + 1)
            logs = Recorded(loss=float(loss))
            for callback in self._callbacks:
                callback.on_train_batch_end(self._step, logs)
            self._step += 1
            goes_on = self._step < reached or not self._model.stop_training
            if goes_on and self._step < boundary.steps_per_epoch:
                self._begin_batch(self._step)

    def _epochs(self, boundary: Boundary) -> None:
        if not self._reads_epochs or not boundary.fresh_epochs:
            return
        values = boundary.history
        for epoch in range(boundary.epoch - boundary.fresh_epochs, boundary.epoch):
            recorded = of_epoch(values, epoch - self._first_epoch, epoch, self._validation_freq)
            logs = Recorded(recorded)
            for callback in self._callbacks:
                callback.on_epoch_end(epoch, logs)
            self._keep_written(epoch, recorded, logs)

    def _keep_written(self, epoch: int, recorded: dict[str, Any], logs: dict[str, Any]) -> None:
        """Keeps the numbers that callbacks wrote into the logs of an epoch."""
        for name, value in logs.items():
            if name in recorded and value is recorded[name]:
                continue
            if (written := number(value)) is not None:
                self._written.setdefault(name, {})[epoch] = written

    def recorded(self, values: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The values of the run with what callbacks wrote into the logs; NaN in epochs without.

        Args:
            values: Name -> its value after each epoch, from the first epoch on.
        """
        found = dict(values)
        epochs = len(next(iter(values.values()), ()))
        for name, written in self._written.items():
            column = np.array(values.get(name, np.full(epochs, np.nan)), np.float64)
            for epoch, value in written.items():
                if epoch - self._first_epoch < epochs:
                    column[epoch - self._first_epoch] = value
            found[name] = column
        return found

    def _rate(self) -> Any:
        # What a plain function is trained with shows no optimizer.
        return getattr(getattr(self._model, "optimizer", None), "learning_rate", None)

    def _is_frozen_as_compiled(self) -> Any:
        # Likewise, and no layers.
        return getattr(self._model, "_is_frozen_as_compiled", None)

    def _require_same_freezing(self) -> None:
        if self._is_frozen_as_compiled() != self._freezing:
            raise UsageError(
                "a callback assigned trainable in the middle of a run, which is one compiled program and would not take "
                "it. Train in two calls of fit, with the assignment and compile between them."
            )

    def _require_unchanged(self) -> None:
        """Refuses what a callback assigned and the run, which is one compiled program, would not take.

        Raises:
            UsageError: names it, and what to do instead.
        """
        self._require_same_freezing()
        if self._takes_rates:
            return
        now, before = self._rate(), self._learning_rate
        if now is before or (np.isscalar(now) and np.isscalar(before) and now == before):
            return
        raise UsageError(
            "a callback assigned model.optimizer.learning_rate in the middle of a run, which is one compiled program "
            "and would not take it. Use LearningRateScheduler (a rate for each epoch) or ReduceLROnPlateau in the "
            "list of callbacks, or give the optimizer a schedule."
        )

    @staticmethod
    def _runs(boundary: Boundary) -> bool:
        return bool((np.asarray(boundary.state.status) == Status.RUNNING).any())
