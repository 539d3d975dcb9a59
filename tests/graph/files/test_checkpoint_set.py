"""Which checkpoints are kept: the lines P1 to P8 of TensorFlow's Saver, each with what it was measured to leave."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from fallline.errors import DataError, UsageError
from fallline.graph.files import (
    CheckpointSet,
    checkpoint_exists,
    get_checkpoint_state,
    latest_checkpoint,
    read_checkpoint,
)

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def arrays(value=1.0):
    return {"w": np.float32([value]), "step": np.array(3)}


def files(folder="d"):
    return sorted(path.name.removesuffix(".safetensors") for path in Path(folder).iterdir())


def lines(folder="d"):
    return Path(folder, "checkpoint").read_text().splitlines()


def saved(count, **options):
    kept = CheckpointSet(**options)
    for step in range(count):
        kept.save(arrays(step), "d/m", step)
    return kept


@pytest.mark.parametrize("max_to_keep", [None, 0])
def test_all_are_kept_and_only_the_newest_is_named(max_to_keep):
    kept = saved(3, max_to_keep=max_to_keep)
    assert kept.last_checkpoints == []
    assert lines() == ['model_checkpoint_path: "m-2"', 'all_model_checkpoint_paths: "m-2"']
    assert files() == ["checkpoint", "m-0", "m-1", "m-2"]


def test_the_last_of_them_are_kept():
    assert saved(3, max_to_keep=2).last_checkpoints == ["d/m-1", "d/m-2"]
    assert files() == ["checkpoint", "m-1", "m-2"]
    assert lines()[1:] == [f'all_model_checkpoint_paths: "m-{step}"' for step in (1, 2)]
    assert latest_checkpoint("d") == "d/m-2"
    assert read_checkpoint("d").get_tensor("w").tolist() == [2]
    assert saved(7).last_checkpoints == [f"d/m-{step}" for step in range(2, 7)]


def test_one_in_some_hours_stays_on_the_disk():
    now = [0.0]
    kept = CheckpointSet(1, keep_checkpoint_every_n_hours=1, clock=lambda: now[0])
    for step in range(6):
        now[0] = 1000.0 * step + 1
        kept.save(arrays(), "d/m", step)
    # m-4, of second 4001, is the first after an hour; m-5 is the newest.
    assert files() == ["checkpoint", "m-4", "m-5"]
    assert kept.last_checkpoints == ["d/m-5"]


def test_a_name_saved_again_goes_to_the_end():
    kept = CheckpointSet(2)
    for step in (None, None, 0, None):
        kept.save(arrays(), "d/m", step)
    assert kept.last_checkpoints == ["d/m-0", "d/m"]
    assert files() == ["checkpoint", "m", "m-0"]


def test_one_file_under_two_texts_is_one_checkpoint():
    kept = CheckpointSet(1)
    for path in ("d/m", "./d/m", str(Path.cwd() / "d/m")):
        kept.save(arrays(), path)
        assert files() == ["checkpoint", "m"]


def test_without_the_state():
    kept = CheckpointSet(1)
    kept.save(arrays(), "d/m", 1, write_state=False)
    assert (kept.last_checkpoints, files()) == ([], ["m-1"])
    assert latest_checkpoint("d") is None


def test_each_has_its_own_list_and_takes_over_those_that_exist():
    saved(3, max_to_keep=2)
    kept = CheckpointSet(2)
    kept.recover_last_checkpoints([*get_checkpoint_state("d").all_model_checkpoint_paths, "d/gone"])
    assert kept.last_checkpoints == ["d/m-1", "d/m-2"]
    kept.save(arrays(), "d/m", 3)
    assert files() == ["checkpoint", "m-2", "m-3"]
    CheckpointSet(2).save(arrays(), "d/n")
    assert lines()[1:] == ['all_model_checkpoint_paths: "n"']
    assert files() == ["checkpoint", "m-2", "m-3", "n"]


def test_a_list_without_times_is_never_deleted_from_the_disk():
    saved(2)
    kept = CheckpointSet(1)
    kept.set_last_checkpoints(["d/m-0", "d/m-1"])
    assert kept.last_checkpoints == ["d/m-0", "d/m-1"]
    kept.save(arrays(), "d/m", 2)
    assert (kept.last_checkpoints, files()) == (["d/m-1", "d/m-2"], ["checkpoint", "m-0", "m-1", "m-2"])
    kept.set_last_checkpoints_with_time([("d/m-1", 0.0)])
    kept.save(arrays(), "d/m", 3)
    assert files() == ["checkpoint", "m-0", "m-2", "m-3"]


@pytest.mark.parametrize("name", ["trained", "parts", "trained_v1", "parts_v1"])
def test_a_checkpoint_of_tensorflow_goes_with_all_its_files_and_no_other(name):
    shutil.copytree(FIXTURES / name, "d")
    for other in ("m-10.index", "m-1.txt", "xm-1.index", "m-1.data-1"):
        Path("d", other).write_bytes(b"other")
    Path("d/m-1.meta").write_bytes(b"graph")
    kept = CheckpointSet(1)
    kept.recover_last_checkpoints(["d/m-1"])
    kept.save(arrays(), "d/n")
    assert sorted(path.name for path in Path("d").iterdir()) == [
        "checkpoint",
        "m-1.data-1",
        "m-1.txt",
        "m-10.index",
        "n.safetensors",
        "xm-1.index",
    ]


def test_a_checkpoint_of_tensorflow_of_the_same_name_stays():
    shutil.copytree(FIXTURES / "trained", "d")
    kept = CheckpointSet(1)
    kept.save(arrays(), "d/m", 1)
    kept.save(arrays(), "d/m", 2)
    assert checkpoint_exists("d/m-1.index")
    assert not Path("d/m-1.safetensors").exists()


def test_a_folder_like_a_pattern_touches_no_other():
    for folder in ("fold1", "fold[1]", "fold[1]", "fold1"):
        kept = CheckpointSet(1)
        for step in range(2):
            assert kept.save(arrays(), f"{folder}/m", step) == f"{folder}/m-{step}"
        assert latest_checkpoint(folder) == f"{folder}/m-1"
        assert files(folder) == ["checkpoint", "m-1"]


def test_paths_as_they_are_given():
    kept = CheckpointSet()
    kept.save(arrays(), "d/m", 1)
    absolute = str(Path.cwd() / "d/m")
    kept.save(arrays(), absolute, 2)
    assert lines()[1:] == ['all_model_checkpoint_paths: "m-1"', f'all_model_checkpoint_paths: "{absolute}-2"']
    assert get_checkpoint_state("d").all_model_checkpoint_paths == ("d/m-1", f"{absolute}-2")
    moved = CheckpointSet(save_relative_paths=True)
    moved.save(arrays(), absolute, 2)
    assert lines() == ['model_checkpoint_path: "m-2"', 'all_model_checkpoint_paths: "m-2"']


@pytest.mark.parametrize(
    ("step", "name"),
    [(0, "m-0"), (-1, "m--1"), (True, "m-1"), (np.int64(7), "m-7"), (np.array(7), "m-7"), (None, "m")],
)
def test_the_step_is_part_of_the_name(step, name):
    assert CheckpointSet().save(arrays(), "d/m", step) == f"d/{name}"
    assert checkpoint_exists(f"d/{name}")


def test_beside_the_program():
    assert CheckpointSet().save(arrays(), "m") == "m"
    assert latest_checkpoint("") == "m"
    assert lines(".") == ['model_checkpoint_path: "m"', 'all_model_checkpoint_paths: "m"']


def test_a_path_that_ends_with_its_folder():
    assert CheckpointSet().save(arrays(), "d/") == "d/"
    assert latest_checkpoint("d") is not None
    assert read_checkpoint("d/").names == read_checkpoint("d").names == ["step", "w"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"save_path": "new/sub/m"}, r'there is no folder new. Make it first: os.makedirs\("new/sub"\)'),
        ({"save_path": "file/m"}, "cannot be written, since there is no folder file"),
        ({"save_path": None}, "expected the name of a checkpoint"),
        ({"global_step": 1.0}, "global_step must be a whole number, got 1.0 of type float"),
        ({"latest_filename": "d/best"}, "latest_filename is a name without folder"),
        ({"arrays": {}}, "no variables to save"),
    ],
)
def test_what_is_refused(arguments, message):
    Path("file").write_text("")
    with pytest.raises(UsageError, match=message):
        CheckpointSet().save(**{"arrays": arrays(), "save_path": "d/m"} | arguments)
    assert not Path("d/m.safetensors").exists()


def test_what_is_refused_at_once():
    with pytest.raises(UsageError, match="max_to_keep=-1 would delete each checkpoint"):
        CheckpointSet(-1)
    with pytest.raises(UsageError, match="max_to_keep must be a whole number or None"):
        CheckpointSet(2.5)
    with pytest.raises(UsageError, match="must be a number of hours"):
        CheckpointSet(keep_checkpoint_every_n_hours="2")


def test_a_failed_save_leaves_list_and_state():
    kept = saved(2, max_to_keep=2)
    before = lines()
    with pytest.raises(DataError, match='"w" holds NoneType among texts'):
        kept.save({"w": np.array([None])}, "d/m", 2)
    assert (lines(), kept.last_checkpoints, files()) == (
        before,
        ["d/m-0", "d/m-1"],
        ["checkpoint", "m-0", "m-1"],
    )
