"""`keras.wrappers`: models as estimators of scikit-learn."""

from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__, modules=("scikit_learn",))
