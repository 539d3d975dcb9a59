"""Programs that build a graph and open a session run as they are, and print what TensorFlow prints from equal weights.

`programs/` holds them as they are written: for TensorFlow 0.11 to 1.15 and compat.v1, scripts and notebooks. record.py says
how printed.json.gz is made.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import runs

sys.path.remove(str(HERE))

from fallline.graph.core.graph import Graph
from fallline.old.running import run_program

PRINTED = json.loads(gzip.decompress((HERE / "printed.json.gz").read_bytes()))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return runs.make_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def as_recorded(monkeypatch):
    """Every graph begins with the seed of the record, and so do the generators of NumPy and Python."""
    plain = Graph.__init__

    def seeded(self, *arguments, **keywords):
        plain(self, *arguments, **keywords)
        self.seed = runs.SEED

    monkeypatch.setattr(Graph, "__init__", seeded)
    monkeypatch.setenv("MPLBACKEND", "agg")
    np.random.seed(runs.SEED)
    random.seed(runs.SEED)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", runs.PROGRAMS)
def test_a_program_prints_what_tensorflow_prints(name, made, tmp_path, monkeypatch, capsys):
    path = runs.lay_out(name, tmp_path, made)
    monkeypatch.chdir(tmp_path)
    code = run_program(path, ())
    printed, said = capsys.readouterr()
    assert code == 0, said
    text, numbers = runs.parts(printed)
    expected_text, expected = runs.parts(PRINTED[name])
    assert text == expected_text
    for (value, step), (wanted, _) in zip(numbers, expected, strict=True):
        close = abs(value - wanted) <= step + runs.TOLERANCE.get(name, 3e-4) * max(abs(wanted), 1e-3)
        assert close or (value != value and wanted != wanted), f"{value} for {wanted} in\n{printed}"


def test_every_program_is_recorded():
    assert PRINTED.keys() == runs.PROGRAMS.keys()
