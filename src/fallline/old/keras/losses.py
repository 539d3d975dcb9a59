"""`keras.losses`, with the spellings of every year."""

import fallline.losses as _losses
from fallline.losses import *  # noqa: F403

from fallline.old.keras.behaviour.functions import of_tensors as _of_tensors  # isort: skip
from fallline.old.spaces import names_of as _names_of, starred as _starred

_OF = _of_tensors(_losses)
globals().update(_OF)
mse = MSE = _OF["mean_squared_error"]
mae = MAE = _OF["mean_absolute_error"]
mape = MAPE = _OF["mean_absolute_percentage_error"]
msle = MSLE = _OF["mean_squared_logarithmic_error"]
kld = KLD = kullback_leibler_divergence = _OF["kl_divergence"]
logcosh = _OF["log_cosh"]
cosine = cosine_proximity = _OF["cosine_similarity"]


class Reduction:
    """How losses of rows become one number, as Keras 2 named it."""

    AUTO = SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
    NONE, SUM = "none", "sum"


__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
