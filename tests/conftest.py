"""What every test runs under. Nothing here may import JAX: it reads its settings when it is imported."""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

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

# A test's program is tiny and runs a few times: what a test waits for is its compiling, of which two thirds of the time
# are XLA's optimising, and of the rest a quarter goes into cutting each program into up to 32 modules, each compiled by
# machinery of its own; a tenth of lowering records ten frames of Python beside each operation. So scripts/test does
# without; pytest called alone compiles as a user's process does.
if os.environ.get("FALLLINE_TEST_COMPILING") == "cheap" and "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["XLA_FLAGS"] = (
        f"{os.environ.get('XLA_FLAGS', '')} --xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
        " --xla_cpu_parallel_codegen_split_count=1"
    )
    os.environ["JAX_TRACEBACK_IN_LOCATIONS_LIMIT"] = "1"

# One empty cache a session, so that a test never depends on an earlier session nor touches the user's own.
# The workers of pytest-xdist inherit the folder of the process that started them.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _scratch = tempfile.mkdtemp(prefix="fallline-tests-")
    atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
    os.environ["FALLLINE_CACHE"] = f"{_scratch}/cache"
    os.environ["KERAS_HOME"] = f"{_scratch}/keras"

# Each compiled program holds 1.5 MB. Where a process has grown to this size, its programs are forgotten between two
# tests; a test that needs one again finds it on disk.
MOST_MEMORY = 1000 * 2**20
_STATM = Path("/proc/self/statm")


def _memory() -> int:
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if _STATM.exists() else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the comparisons with a peer, before `-m` chooses."""
    for item in items:
        if {"keras", "torch"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("peer")


def pytest_collection_finish() -> None:
    # What was collected, half a million objects, stays to the end: no search for garbage has to look at it again.
    gc.collect()
    gc.freeze()
    if "jax" in sys.modules:
        # From the first operation on: to load it takes a third of the time that compiling it again takes.
        from fallline.compilation.program import _CACHE

        _CACHE.prepare()


_limits = [MOST_MEMORY]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    yield
    if _memory() > _limits[-1]:
        import jax

        from fallline.compilation.program import forget_programs

        forget_programs()
        jax.clear_caches()
        gc.collect()
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        # Where little comes back, such as with the peers loaded, to forget again at once would only cost time.
        _limits.append(max(MOST_MEMORY, _memory() + MOST_MEMORY // 5))


# The peers whose answers are compared with. A test that asks for one is skipped, visibly, where it is missing, and
# fails where FALLLINE_REQUIRE_PEERS=1 says that it must not be.


def _without(reason: str) -> NoReturn:
    if os.environ.get("FALLLINE_REQUIRE_PEERS") == "1":
        pytest.fail(f"FALLLINE_REQUIRE_PEERS=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def _peer(name: str) -> ModuleType:
    # A peer's own deprecation warnings on import are not ours to fail on.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError:
            _without(f'{name} is not installed (pip install "fallline[dev,reference]")')


@pytest.fixture(scope="session")
def keras() -> ModuleType:
    """Keras, on JAX and without TensorFlow."""
    module = _peer("keras")
    if module.backend.backend() != "jax":
        _without(f"keras was imported with the {module.backend.backend()} backend before these tests")
    if importlib.util.find_spec("tensorflow") is None:
        # On every backend `adapt` first asks TensorFlow whether the data are its own; without it none are.
        tensorflow = SimpleNamespace(data=SimpleNamespace(Dataset=()), is_tensor=lambda data: False)
        for layer in ("discretization", "normalization"):
            importlib.import_module(f"keras.src.layers.preprocessing.{layer}").tf = tensorflow
    return module


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch."""
    return _peer("torch")


@pytest.fixture(scope="session")
def optax() -> ModuleType:
    """Optax."""
    return _peer("optax")


@pytest.fixture(scope="session")
def descend() -> Callable[..., Any]:
    """Runs `steps` steps of an optimizer in one program: the parameters, the state, and loss and passes before each.

    An optimizer that does not count its passes through the data makes one a step.
    """
    import jax
    import numpy as np

    def run(optimizer: Any, problem: Any, params: Any, steps: int) -> tuple[Any, Any, Any, Any]:
        def step(carry: Any, _: None) -> Any:
            params, state = carry
            passes = state.slots.get("passes", state.step)
            params, state, value, _ = optimizer.step(problem, state, params)
            return (params, state), (value, passes)

        start = (params, optimizer.init(params))
        (params, state), (losses, passes) = jax.lax.scan(step, start, None, length=steps)
        return params, state, np.asarray(losses), np.asarray(passes)

    return run
