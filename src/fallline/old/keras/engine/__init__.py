"""`keras.engine` of before Keras 2.6: layers, models and inputs."""

from fallline.old.keras.layers import Input as Input, InputLayer as InputLayer, Layer as Layer  # isort: skip
from fallline.layers import Tensor as KerasTensor  # noqa: F401 - a name of Keras 2.4
from fallline.old.keras.behaviour.models import Model as Model, Sequential as Sequential
from fallline.old.keras.layers.old_merge import Merge as Merge, merge as merge
from fallline.old.keras.layers.specs import InputSpec as InputSpec
from fallline.old.keras.utils.old import get_source_inputs as get_source_inputs
from fallline.old.spaces import names_of as _names_of, starred as _starred

_MODULES = ("base_layer", "input_layer", "network", "sequential", "topology", "training")

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__, modules=_MODULES)
