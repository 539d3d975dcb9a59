"""`keras.estimator`: out of scope."""

from fallline.old.spaces import names_of as _names_of

_REASON = "there are no estimators here; the model itself has fit, evaluate and predict."
__getattr__ = _names_of(__name__, outside={"model_to_estimator": _REASON})
