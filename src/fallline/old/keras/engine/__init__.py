"""`keras.engine` of before Keras 2.6: layers, models and inputs."""

from fallline.old.keras.layers import Input as Input, InputLayer as InputLayer, Layer as Layer  # isort: skip
from fallline.old.keras.behaviour.models import Model as Model, Sequential as Sequential
from fallline.old.spaces import names_of as _names_of, starred as _starred

MODULES = ("base_layer", "input_layer", "network", "sequential", "topology", "training")

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__, modules=MODULES)
