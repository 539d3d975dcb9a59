"""`keras.layers.containers` of Keras 0.3."""

from fallline.old.keras.behaviour.models import Sequential as Sequential
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(__name__)
