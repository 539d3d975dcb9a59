"""`keras.metrics`, with the spellings of every year."""

from functools import partial as _partial

import fallline.metrics as _metrics
from fallline.metrics import *  # noqa: F403

from fallline.old.keras.behaviour.functions import of_tensors as _of_tensors  # isort: skip
from fallline.old.keras.behaviour.metrics import NAMES as _NAMES, Metric as Metric, metric as _metric  # isort: skip
from fallline.old.spaces import names_of as _names_of, starred as _starred

_OF = _of_tensors(_metrics)
globals().update(_OF)
mse = MSE = _OF["mean_squared_error"]
mae = MAE = _OF["mean_absolute_error"]
mape = MAPE = _OF["mean_absolute_percentage_error"]
msle = MSLE = _OF["mean_squared_logarithmic_error"]
kld = KLD = kullback_leibler_divergence = _OF["kl_divergence"]
logcosh = _OF["log_cosh"]

_CLASSES = {_name: _partial(_metric, _name) for _name in _NAMES}
for _name in _CLASSES:
    globals().pop(_name, None)  # those of this room, which are made when they are first asked for
__all__ = sorted({*_starred(globals()), *_CLASSES})  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__, computed=_CLASSES)
