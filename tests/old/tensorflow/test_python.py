"""`tensorflow.python`: what programs take out of TensorFlow's inner modules."""

from __future__ import annotations

from fallline.old.running.imports import answering


def test_inner_modules():
    with answering("graph"):
        from keras.backend import tensorflow_backend
        from tensorflow import keras
        from tensorflow.contrib.keras.python.keras.layers import Dense
        from tensorflow.python import debug
        from tensorflow.python.client import device_lib
        from tensorflow.python.framework import ops
        from tensorflow.python.keras.layers import Dense as the_same
        from tensorflow.python.lib.io import file_io
        from tensorflow.python.util import deprecation

        deprecation._PRINT_DEPRECATION_WARNINGS = False
        assert tensorflow_backend is keras.backend
        assert Dense is the_same
        assert device_lib.list_local_devices()[0].device_type == "CPU"
        assert ops.Graph is not None
        assert file_io.file_exists(__file__)
        assert debug.LocalCLIDebugWrapperSession(3) == 3
