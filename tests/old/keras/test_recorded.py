"""Functions give what Keras 2 (tf_keras 2.21) gives; the numbers lie in recorded/, see record.py."""

import importlib.util
import json
from pathlib import Path

import pytest

import fallline.old.keras as keras

HERE = Path(__file__).parent


def _calls():
    spec = importlib.util.spec_from_file_location("calls_of_keras_2", HERE / "calls.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


calls = _calls()
FOUND = {
    "backend": lambda: calls.of_the_backend(keras.backend, keras),
    "lookups": lambda: calls.of_lookups(keras.layers),
    "sequences": lambda: calls.of_sequences(keras.preprocessing.sequence),
    "texts": lambda: calls.of_texts(keras.preprocessing.text),
}


@pytest.mark.parametrize("name", FOUND)
def test_functions_give_what_keras_gives(name):
    # Written and read, as the recording was: tuples become lists, and numbers of NumPy plain ones.
    found = json.loads(json.dumps(FOUND[name]()))
    expected = json.loads((HERE / "recorded" / f"{name}.json").read_text())
    pairs = expected.items() if isinstance(expected, dict) else enumerate(expected)
    assert len(found) == len(expected)
    for key, theirs in pairs:
        assert near(found[key], theirs), (key, found[key], theirs)


def near(ours, theirs, tolerance=2e-6):
    """Whether two nested lists of numbers and texts are alike."""
    if isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(near(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(near, ours, theirs))
    if isinstance(theirs, float):
        return abs(ours - theirs) <= tolerance * max(1, abs(theirs))
    return ours == theirs
