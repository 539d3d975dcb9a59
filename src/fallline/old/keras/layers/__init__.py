"""`keras.layers`, with the names of every year; the modules that were within it hold the same.

names       what is out of scope
lookup      words as numbers
old_layers  layers that left
old_merge   merging of before Keras 2
wrapped     layers around layers
"""

# Some programs reach these modules through this one, which imported them.
from fallline import (
    activations as activations,
    constraints as constraints,
    initializers as initializers,
    regularizers as regularizers,
)
from fallline.layers import *  # noqa: F403
from fallline.old.keras.behaviour.layers import Input as Input, Layer as Layer, merging as _merging
from fallline.old.keras.layers import names as _names
from fallline.old.keras.layers.lookup import IntegerLookup as IntegerLookup, StringLookup as StringLookup
from fallline.old.keras.layers.old_layers import (
    Highway as Highway,
    MaxoutDense as MaxoutDense,
    ThresholdedReLU as ThresholdedReLU,
)
from fallline.old.keras.layers.old_merge import Merge as Merge
from fallline.old.keras.layers.specs import InputSpec as InputSpec
from fallline.old.keras.layers.wrapped import TimeDistributed as TimeDistributed
from fallline.old.spaces import starred as _starred

for _name in _names.CLASSES:
    globals().pop(_name, None)  # those of this room, which are made when they are first asked for
for _function in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"):
    globals()[_function] = _merging(_function.capitalize())
__all__ = sorted({*_starred(globals()), *_names.CLASSES})  # noqa: PLE0605 - the names stand above
__getattr__ = _names.of(__name__, _names.MODULES)
