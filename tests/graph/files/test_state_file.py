"""State files, as TensorFlow writes them and as it allows them to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from fallline.errors import SavedFileError, UsageError
from fallline.graph.files import (
    checkpoint_exists,
    get_checkpoint_state,
    latest_checkpoint,
    write_checkpoint_state,
)
from fallline.graph.files.text_format import quoted, read_text

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two checkpoints, m-1 and m-2, seen from the folder above."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    for name in ("m-1", "m-2"):
        (tmp_path / "d" / f"{name}.safetensors").touch()
    return "d"


def state(folder, text):
    Path(folder, "checkpoint").write_text(text, encoding="utf-8")
    return get_checkpoint_state(folder)


@pytest.mark.parametrize("name", ["trained", "trained_v1", "parts", "parts_v1", "objects"])
def test_the_newest_of_tensorflow(name):
    # The state file of parts_v1 was shortened to "m-1"; TensorFlow's has the pattern.
    assert latest_checkpoint(FIXTURES / name) == str(FIXTURES / name / "m-1")
    assert checkpoint_exists(FIXTURES / name / "m-1")


def test_an_old_checkpoint_in_shards_is_named_by_its_pattern(tmp_path):
    for name in ("m-1-00000-of-00002", "m-1-00001-of-00002"):
        (tmp_path / name).write_bytes((FIXTURES / "parts_v1" / name).read_bytes())
    pattern = "m-1-?????-of-00002"
    (tmp_path / "checkpoint").write_text(f'model_checkpoint_path: "{pattern}"\n')
    assert latest_checkpoint(tmp_path) == str(tmp_path / pattern)
    assert not checkpoint_exists(tmp_path / "m-1-?????-of-00003")


def test_what_is_written_is_read_and_the_folder_can_be_moved(folder):
    write_checkpoint_state(folder, "d/m-2", ["d/m-1", "d/m-2"])
    assert Path(folder, "checkpoint").read_text() == (
        'model_checkpoint_path: "m-2"\nall_model_checkpoint_paths: "m-1"\nall_model_checkpoint_paths: "m-2"\n'
    )
    Path(folder).rename("e")
    assert latest_checkpoint("e") == "e/m-2"
    assert get_checkpoint_state("e/").all_model_checkpoint_paths == ("e/m-1", "e/m-2")


def test_an_absolute_path_is_written_as_it_is_and_the_newest_is_always_listed(folder):
    newest = str(Path.cwd() / "d/m-2")
    write_checkpoint_state(folder, newest, ["d/m-1"])
    assert Path(folder, "checkpoint").read_text() == (
        f'model_checkpoint_path: "{newest}"\nall_model_checkpoint_paths: "m-1"\nall_model_checkpoint_paths: "{newest}"\n'
    )
    assert latest_checkpoint(folder) == newest


@pytest.mark.parametrize("path", ["/of/another/machine/m-2", "C:\\work\\run\\m-2", "old/run/m-2"])
def test_a_path_of_another_machine_is_looked_for_in_the_folder_itself(folder, path):
    Path(folder, "checkpoint").write_text(f"model_checkpoint_path: {quoted(path)}\n")
    with pytest.warns(UserWarning, match="where nothing lies; d/m-2 of its folder is taken for it") as caught:
        assert latest_checkpoint(folder) == "d/m-2"
    assert len(caught) == 1


def test_a_newest_that_is_gone(folder):
    write_checkpoint_state(folder, "d/m-3", ["d/m-1", "d/m-2"])
    with pytest.warns(
        UserWarning, match=r"names d/m-3, and no such checkpoint lies there. There are: m-1, m-2"
    ):
        assert latest_checkpoint(folder) is None


def test_data_that_are_gone_do_not_matter_here(tmp_path):
    for name in ("checkpoint", "m-1.index"):
        (tmp_path / name).write_bytes((FIXTURES / "trained" / name).read_bytes())
    assert latest_checkpoint(tmp_path) == str(tmp_path / "m-1")


def test_no_file_no_folder(folder):
    assert latest_checkpoint(folder) is None
    assert latest_checkpoint("nowhere") is None
    assert get_checkpoint_state("nowhere") is None
    with pytest.raises(UsageError, match="expected a folder of checkpoints, got None"):
        latest_checkpoint(None)


@pytest.mark.parametrize(
    "text", ["model_checkpoint_path: \n", "nonsense {", 'model_checkpoint_path: "m-1"\nmine: 3\n', '"m-1"']
)
def test_a_text_that_is_none_is_ignored_with_a_warning(folder, text):
    with pytest.warns(UserWarning, match="checkpoint is ignored: "):
        assert state(folder, text) is None


@pytest.mark.parametrize("text", ["", 'all_model_checkpoint_paths: "m-1"\n', 'model_checkpoint_path: ""\n'])
def test_a_state_that_names_nothing(folder, text):
    with pytest.raises(SavedFileError, match=r"names no checkpoint: .*There are: m-1, m-2"):
        state(folder, text)


@pytest.mark.parametrize(
    "text",
    [
        "model_checkpoint_path: 'm-1'",
        'model_checkpoint_path: "m" "-1" # the first\n',
        'model_checkpoint_path : "m-1";all_model_checkpoint_paths:["m-1", "m-2"]',
        'model_checkpoint_path: "\\155-1"',
        'model_checkpoint_path: "\\x6d-\\u0031" all_model_checkpoint_timestamps: [1.5e9, 2, -.5f, inf]',
    ],
)
def test_what_the_text_form_allows(folder, text):
    assert state(folder, text).model_checkpoint_path == "d/m-1"


def test_times(folder):
    found = state(
        folder,
        'model_checkpoint_path: "m-1"\nall_model_checkpoint_paths: "m-1"\n'
        "all_model_checkpoint_timestamps: 1796065019.8254\nlast_preserved_timestamp: 1796065018.5\n",
    )
    assert found.all_model_checkpoint_timestamps == (1796065019.8254,)
    assert found.last_preserved_timestamp == 1796065018.5


@pytest.mark.parametrize("text", ["m-1", "ü", "a\\b", 'q"', "it's", "t\tn\n\r\x01", "日本\u2028"])
def test_any_text_comes_back(text):
    assert read_text(f"x: {quoted(text)}") == [("x", text)]
    assert "\n" not in quoted(text)


def test_octal_bytes_are_letters_together():
    assert read_text(r'x: "\303\274"') == [("x", "ü")]


def test_the_name_of_the_state_file(folder):
    write_checkpoint_state(folder, "d/m-1", latest_filename="best")
    assert latest_checkpoint(folder, "best") == "d/m-1"
    assert latest_checkpoint(folder) is None
    with pytest.raises(UsageError, match="a name without folder"):
        write_checkpoint_state(folder, "d/m-1", latest_filename="d/best")


def test_which_names_are_checkpoints(folder):
    write_checkpoint_state(folder, "d/m-1")
    assert checkpoint_exists("d/m-1")
    assert checkpoint_exists("d/m-1.safetensors")
    assert not any(map(checkpoint_exists, ("d/m-*", "d/m", "d", "d/checkpoint", "d/m-3.index")))
