"""`keras.backend`: functions of arrays, of which most work on symbolic tensors too.

settings      number types, margins, the learning phase
arrays        what makes and orders arrays
mathematics   formulas
values        what looks at values, draws, and computes parts of models
"""

from fallline.backend import clear_session as clear_session, floatx as floatx
from fallline.errors import IMAGES as _IMAGES, SEQUENCES as _SEQUENCES
from fallline.old.keras.backend.arrays import *  # noqa: F403
from fallline.old.keras.backend.mathematics import *  # noqa: F403
from fallline.old.keras.backend.settings import *  # noqa: F403
from fallline.old.keras.backend.values import *  # noqa: F403
from fallline.old.spaces import names_of as _names_of

_OUTSIDE = {
    **dict.fromkeys(
        [
            "conv1d",
            "conv2d",
            "conv3d",
            "conv2d_transpose",
            "depthwise_conv2d",
            "separable_conv2d",
            "pool2d",
            "pool3d",
            "resize_images",
            "spatial_2d_padding",
            "spatial_3d_padding",
            "local_conv2d",
        ],
        _IMAGES,
    ),
    **dict.fromkeys(["rnn", "temporal_padding", "ctc_batch_cost", "ctc_decode", "local_conv1d"], _SEQUENCES),
}
__getattr__ = _names_of(__name__, outside=_OUTSIDE)
