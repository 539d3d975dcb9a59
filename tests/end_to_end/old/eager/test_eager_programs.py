"""Programs of TensorFlow 2 that compute at once run as they are, and print what TensorFlow prints from equal weights.

`programs/` holds them as they are written; record.py says how printed.json is made.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "graphs"))
import runs

sys.path.remove(str(HERE.parent / "graphs"))

from fallline.old.running import run_program

PRINTED = json.loads((HERE / "printed.json").read_text())
PROGRAMS = {path.stem: path for path in sorted((HERE / "programs").glob("*.py"))}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_tensorflow_prints(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = run_program(PROGRAMS[name], ())
    printed, said = capsys.readouterr()
    assert code == 0, said
    text, numbers = runs.parts(printed)
    expected_text, expected = runs.parts(PRINTED[name])
    assert text == expected_text
    for (value, step), (wanted, _) in zip(numbers, expected, strict=True):
        close = abs(value - wanted) <= step + 3e-4 * max(abs(wanted), 1e-3)
        assert close, f"{value} for {wanted} in\n{printed}"


def test_every_program_is_recorded():
    assert PRINTED.keys() == PROGRAMS.keys()
