"""What every test runs under. Nothing here may import JAX: it reads its settings when it is imported."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

if "jax" in sys.modules:
    raise RuntimeError(
        "JAX was imported before tests/conftest.py could set it up; which pytest plugin did it?"
    )

os.environ["JAX_NUMPY_DTYPE_PROMOTION"] = "strict"
os.environ["JAX_NUM_CPU_DEVICES"] = "2"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["KERAS_BACKEND"] = "jax"
os.environ["MPLBACKEND"] = "Agg"

# One empty cache a session, so that a test never depends on an earlier session nor touches the user's own.
# The workers of pytest-xdist inherit the folder of the process that started them.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _scratch = tempfile.mkdtemp(prefix="fallline-tests-")
    atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
    os.environ["FALLLINE_CACHE"] = f"{_scratch}/cache"
    os.environ["KERAS_HOME"] = f"{_scratch}/keras"

MAPS = Path("/proc/self/maps")
MOST_MAPS = 15_000
"""Memory maps after which compiled programs are dropped: Linux gives a process 65,530, JAX crashes beyond."""


@pytest.fixture(autouse=True, scope="module")
def _few_programs():
    """Thousands of tests in one process compile more programs than it can hold."""
    yield
    if "jax" in sys.modules and MAPS.exists() and MAPS.read_text().count("\n") > MOST_MAPS:
        from fallline.engine.compilation import forget_programs

        forget_programs()
