"""`fallline convert`."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from fallline.cli.main import main
from fallline.graph.files import latest_checkpoint, read_checkpoint

FIXTURES = Path(__file__).parents[1] / "graph" / "files" / "fixtures"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_variables_are_listed_and_nothing_is_written(tmp_path, capsys):
    assert main(["convert", str(FIXTURES / "types" / "m-1")]) == 0
    shown = capsys.readouterr()
    assert [
        line.split(maxsplit=1) for line in shown.out.splitlines() if "of_bfloat16" in line or "text" in line
    ] == [
        ["of_bfloat16", "(2, 3)   bfloat16"],
        ["text", "(2, 2)   string"],
    ]
    assert "a checkpoint of TensorFlow's" in shown.out
    assert shown.out.endswith("18 variables, 95 values\n")
    assert (shown.err, list(tmp_path.iterdir())) == ("", [])


@pytest.mark.parametrize(
    "name", ["types/m-1", "types_v1", "parts/m-1.index", "parts_v1/m-1-?????-of-00002", "objects"]
)
def test_every_kind_becomes_our_own(name, capsys):
    assert main(["convert", str(FIXTURES / name), "new/"]) == 0
    assert "variables" in capsys.readouterr().err
    old, new = read_checkpoint(FIXTURES / name), read_checkpoint(latest_checkpoint("new"))
    assert (new.prefix, new.kind) == ("new/m-1", "own")
    assert new.names == list(old.variables)
    for variable in new.names:
        assert new.spec(variable) == old.spec(variable)
        assert new.get_tensor(variable).tolist() == old.get_tensor(variable).tolist()


def test_a_name_of_its_own_and_variables_left_out():
    assert main(["convert", str(FIXTURES / "trained"), "best", "--drop", "beta1_power,beta2_power"]) == 0
    arrays = load_file("best.safetensors")
    assert "beta1_power" not in arrays
    np.testing.assert_array_equal(arrays["layer/w"], [[1, 2], [3, 4]])


def test_a_folder_keeps_its_state_file(tmp_path):
    folder = shutil.copytree(FIXTURES / "trained", tmp_path / "d")
    before = (folder / "checkpoint").read_bytes()
    assert main(["convert", str(folder), "d/new"]) == 0
    assert (folder / "checkpoint").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone/m"], "error: gone/m is no checkpoint"),
        (
            [str(FIXTURES / "slices" / "m"), "new/"],
            'error: {folder}/slices/m.index: tensor "lost" (4, 3) is kept in 1 parts',
        ),
        ([str(FIXTURES / "trained"), "there"], "error: convert: a checkpoint lies under there already"),
        (
            [str(FIXTURES / "trained"), "--drop", "layer/bb"],
            'has no variable "layer/bb". Did you mean "layer/b"?',
        ),
        ([], "Missing argument 'CHECKPOINT'"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(arguments, message, capsys):
    Path("there.safetensors").write_bytes(b"")
    assert main(["convert", *arguments]) == 2
    shown = capsys.readouterr().err
    assert message.format(folder=FIXTURES) in shown
    assert len(shown.splitlines()) <= 3
    assert [path.name for path in Path().rglob("*") if path.is_file()] == ["there.safetensors"]


def test_a_damaged_variable_can_be_left_out():
    assert main(["convert", str(FIXTURES / "slices" / "m"), "new/", "--drop", "lost"]) == 0
    assert read_checkpoint("new/m").names == ["two"]
