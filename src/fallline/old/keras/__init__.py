"""`keras` as programs of 2015 to 2025 know it: the modules of every year, forwarding to Fallline.

`fallline run` makes `import keras`, `from tensorflow import keras` and their like mean this package, for the program that
runs.

behaviour    what classes did otherwise in their years
"""

from fallline.old.keras.behaviour.layers import Input as Input, Layer as Layer  # isort: skip
from fallline.initializers import Initializer as Initializer
from fallline.layers import Tensor as KerasTensor  # noqa: F401 - a name of Keras 3
from fallline.losses import Loss as Loss
from fallline.metrics import Metric as Metric
from fallline.old.keras import versions as _versions
from fallline.old.keras.behaviour.models import Model as Model, Sequential as Sequential
from fallline.old.keras.layers.specs import InputSpec as InputSpec
from fallline.old.keras.variables import Variable as Variable
from fallline.old.spaces import names_of as _names_of
from fallline.optimizers import Optimizer as Optimizer
from fallline.regularizers import Regularizer as Regularizer

_MODULES = (
    "activations", "applications", "backend", "callbacks", "config", "constraints", "datasets", "engine", "estimator",
    "experimental", "export", "initializations", "initializers", "layers", "legacy", "losses", "metrics", "mixed_precision", "models",
    "objectives", "ops", "optimizers", "preprocessing", "random", "regularizers", "saving", "tree", "utils", "wrappers",
)  # fmt: skip

__getattr__ = _names_of(__name__, modules=_MODULES, computed={"__version__": _versions.current})


def version() -> str:
    """The version of Keras that the program sees."""
    return _versions.current()
