"""Functions and operators of TensorFlow 2 give its types, shapes and numbers; expressions.json is what it gives."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import expressions

sys.path.remove(str(HERE))

import fallline.old.tensorflow.second as tf

KNOWN = json.loads((HERE / "expressions.json").read_text())


@pytest.fixture(scope="module")
def names():
    found = {"tf": tf, "np": np}
    exec(expressions.SETTING, found)
    return found


def require_same(found, known):
    if not isinstance(known, dict):
        assert type(found) is type(known)
        if isinstance(known, list):
            assert len(found) == len(known)
            for one, other in zip(found, known, strict=True):
                require_same(one, other)
        else:
            assert found == known
        return
    assert (found["dtype"], found["shape"]) == (known["dtype"], known["shape"])
    if known["dtype"].startswith("float"):
        np.testing.assert_allclose(found["values"], known["values"], 2e-5, 1e-6)
    else:
        assert found["values"] == known["values"]


@pytest.mark.parametrize("line", expressions.EXPRESSIONS)
def test_an_expression_gives_what_tensorflow_gives(line, names):
    require_same(expressions.written(eval(line, names)), KNOWN[line])


def test_every_expression_is_recorded():
    assert list(KNOWN) == expressions.EXPRESSIONS
