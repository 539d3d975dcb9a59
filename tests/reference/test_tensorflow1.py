"""The recorded results of whole programs are still TensorFlow's: run where TensorFlow is installed (extra `tensorflow`)."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parents[1] / "graph"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None,
    reason="TensorFlow is not installed: pip install 'fallline[tensorflow]'",
)


def test_the_recorded_programs(tmp_path):
    for name in ("programs.py", "record_programs.py"):
        (tmp_path / name).write_text((HERE / name).read_text("utf-8"), "utf-8")
    subprocess.run(
        [sys.executable, str(tmp_path / "record_programs.py")], check=True, capture_output=True, timeout=600
    )
    recorded, now = (np.load(folder / "programs.npz", allow_pickle=False) for folder in (HERE, tmp_path))
    assert set(recorded) == set(now)
    for name in recorded:
        if recorded[name].dtype.kind in "US":
            assert str(recorded[name]) == str(now[name]), name
        else:
            np.testing.assert_allclose(now[name], recorded[name], rtol=2e-4, atol=2e-6, err_msg=name)
