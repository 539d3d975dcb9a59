"""What the tests of the room share."""

from collections.abc import Iterator

import numpy as np
import pytest

from fallline.old import age, notices


@pytest.fixture(autouse=True)
def run() -> Iterator[None]:
    """A run of a program of which nothing is known."""
    with notices.of_a_run(), age.of(age.Age()):
        yield


@pytest.fixture
def before_2_3() -> Iterator[None]:
    """A program of before Keras 2.3."""
    with age.of(age.Age(keras_before=(2, 3))):
        yield


@pytest.fixture(scope="session")
def rows() -> tuple[np.ndarray, np.ndarray]:
    """Rows of two classes."""
    random = np.random.default_rng(3)
    x = random.normal(size=(60, 4)).astype("float32")
    return x, (x.sum(axis=1) > 0).astype("int64")
