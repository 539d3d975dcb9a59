"""Whole programs give what TensorFlow 2.21.0 gives for them; the numbers lie in programs.npz, see record_programs.py."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import fallline.graph as tf

HERE = Path(__file__).parent
EXPECTED = np.load(HERE / "programs.npz", allow_pickle=False)


def _programs():
    spec = importlib.util.spec_from_file_location("programs_of_tensorflow_1", HERE / "programs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


programs = _programs()


@pytest.mark.parametrize("program", programs.PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_gives_what_tensorflow_gives(program, tmp_path):
    found = programs.run(tf, program, str(tmp_path))
    expected = {
        name.split("/")[1]: value
        for name, value in EXPECTED.items()
        if name.startswith(f"{program.__name__}/")
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if value.dtype.kind in "US":
            assert str(found[name]) == str(value), name
        else:
            assert found[name].shape == value.shape, name
            np.testing.assert_allclose(found[name], value, rtol=2e-4, atol=2e-6, err_msg=name)


def test_every_program_is_recorded():
    recorded = {name.split("/")[0] for name in EXPECTED}
    assert recorded == {program.__name__ for program in programs.PROGRAMS}
