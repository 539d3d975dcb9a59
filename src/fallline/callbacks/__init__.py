"""Callbacks: those that look at training from outside, and the rules that act inside it.

Rules, compiled into the run: `EarlyStopping`, `ReduceLROnPlateau`, `LearningRateScheduler`.

Files: `ModelCheckpoint`, `BackupAndRestore`, `CSVLogger`, `TensorBoard`. Your own: `Callback`, `LambdaCallback`.
Always at work, here by Keras's name: `TerminateOnNaN`, `History`, `TrainingProgress`.

Of Keras's callbacks four have no counterpart. `ProgbarLogger` is what `verbose` asks for: `fit` adds the display
itself. `RemoteMonitor` sends each epoch over the network: a `LambdaCallback` with `urllib.request` does, in one line.
`SwapEMAWeights` evaluates with averaged weights: here a run of an optimizer with `use_ema=True` ends with them.
`OrbaxCheckpoint` writes checkpoints in Orbax's format, which Fallline does not read: `ModelCheckpoint` saves models,
`BackupAndRestore` all that a training needs to go on.
"""

from fallline.callbacks.backup_and_restore import BackupAndRestore
from fallline.callbacks.callback import Callback
from fallline.callbacks.callback_list import CallbackList
from fallline.callbacks.csv_logger import CSVLogger
from fallline.callbacks.history import History
from fallline.callbacks.lambda_callback import LambdaCallback
from fallline.callbacks.model_checkpoint import ModelCheckpoint
from fallline.callbacks.progress import TrainingProgress
from fallline.callbacks.tensorboard import TensorBoard
from fallline.callbacks.terminate_on_nan import TerminateOnNaN
from fallline.engine import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
    "TrainingProgress",
]
