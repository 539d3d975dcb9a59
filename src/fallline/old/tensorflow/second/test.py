"""`tf.test`: which device there is; cases of unit tests."""

import unittest
from typing import Any

import numpy as np

from fallline.graph.test import (
    gpu_device_name as gpu_device_name,
    is_built_with_cuda as is_built_with_cuda,
    is_gpu_available as is_gpu_available,
)


class TestCase(unittest.TestCase):
    """A case whose assertions take tensors."""

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Both are equal, element by element."""
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), msg or "")

    def assertAllClose(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None
    ) -> None:
        """Both are nearly equal, element by element."""
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol, atol, err_msg=msg or "")


def main(*_: Any, **__: Any) -> None:
    """Runs the cases of the program."""
    unittest.main()
