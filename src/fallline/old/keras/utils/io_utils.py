"""`keras.utils.io_utils` of before Keras 2.6: what is in `keras.utils`."""

from fallline.old.keras.utils import *  # noqa: F403
from fallline.old.spaces import names_of as _names_of

__getattr__ = _names_of(
    __name__, absent={"HDF5Matrix": "h5py reads such files: h5py.File(path)[name][:] is the array."}
)
