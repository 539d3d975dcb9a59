"""Callbacks: those that look at training from outside, and the rules that act inside it.

Rules, compiled into the run: `EarlyStopping`, `ReduceLROnPlateau`, `LearningRateScheduler`,
`StochasticWeightAveraging`.

Files: `ModelCheckpoint`, `BackupAndRestore`, `CSVLogger`, `TensorBoard`. Your own: `Callback`, `LambdaCallback`.
Always at work, here by Keras's name: `TerminateOnNaN`, `History`, `TrainingProgress`.

Of Keras's callbacks four have no counterpart. `ProgbarLogger` is what `verbose` asks for: `fit` adds the display
itself. `RemoteMonitor` sends each epoch over the network: a `LambdaCallback` with `urllib.request` does, in one line.
`SwapEMAWeights` evaluates with averaged weights: here a run of an optimizer with `use_ema=True` ends with them.
`OrbaxCheckpoint` writes checkpoints in Orbax's format, which Fallline does not read: `ModelCheckpoint` saves models,
`BackupAndRestore` all that a training needs to go on.
"""

import typing

from fallline import errors
from fallline.callbacks.backup_and_restore import BackupAndRestore as BackupAndRestore
from fallline.callbacks.callback import Callback as Callback
from fallline.callbacks.callback_list import CallbackList as CallbackList
from fallline.callbacks.csv_logger import CSVLogger as CSVLogger
from fallline.callbacks.history import History as History
from fallline.callbacks.lambda_callback import LambdaCallback as LambdaCallback
from fallline.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
from fallline.callbacks.progress import TrainingProgress as TrainingProgress
from fallline.callbacks.tensorboard import TensorBoard as TensorBoard
from fallline.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
from fallline.engine import (
    EarlyStopping as EarlyStopping,
    LearningRateScheduler as LearningRateScheduler,
    ReduceLROnPlateau as ReduceLROnPlateau,
    StochasticWeightAveraging as StochasticWeightAveraging,
)
from fallline.registry.tables import public

__all__ = public(globals())  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.callbacks", name, __all__)
