"""`keras.experimental`: what lies elsewhere since."""

from fallline.old.spaces import names_of as _names_of
from fallline.optimizers.schedules import (
    CosineDecay as CosineDecay,
    CosineDecayRestarts as CosineDecayRestarts,
)

__getattr__ = _names_of(__name__)
