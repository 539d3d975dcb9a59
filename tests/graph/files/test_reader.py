"""Checkpoints that TensorFlow 2.21.0 wrote (make_fixtures.py), whole and damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from fallline.errors import SavedFileError, UsageError
from fallline.graph.files import TensorSpec, read_checkpoint

FIXTURES = Path(__file__).parent / "fixtures"
SLOTS = ["layer/b/Adam", "layer/b/Adam_1", "layer/w/Adam", "layer/w/Adam_1"]
TYPES = [
    "float32", "float64", "int32", "uint8", "int16", "int8", "complex64", "int64", "bool",
    "bfloat16", "uint16", "complex128", "float16", "uint32", "uint64",
]  # fmt: skip
NOT_IN_VERSION_1 = {"bfloat16", "uint32", "uint64"}
ROWS = np.arange(20, dtype=np.float32).reshape(10, 2)


def numbers(name):
    values = np.arange(6).reshape(2, 3) - (0 if name.startswith("uint") else 2)
    if name == "bool":
        return values % 2 == 0
    if name.startswith("complex"):
        values = values + 1j * values[::-1]
    return values.astype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


@pytest.fixture
def copied(tmp_path):
    """A function that copies a fixture, to be damaged, and gives its folder."""

    def copy(name):
        return Path(shutil.copytree(FIXTURES / name, tmp_path / name))

    return copy


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)


@pytest.mark.parametrize(("folder", "kind"), [("trained", "V2"), ("trained_v1", "V1")])
def test_a_network_and_the_slots_of_its_optimizer(folder, kind):
    reader = read_checkpoint(FIXTURES / folder / "m-1")
    assert reader.kind == kind
    # Sorted by bytes: capitals first. "Layer/b" beside "layer/b" got a number.
    assert reader.names == sorted(
        ["Layer/b_1", "beta1_power", "beta2_power", "global_step", "layer/b", "layer/w", *SLOTS]
    )
    assert reader.shapes["layer/w"] == (2, 2)
    assert reader.shapes["global_step"] == ()
    assert reader.dtypes["global_step"] == np.int64
    np.testing.assert_array_equal(reader.get_tensor("layer/w"), np.float32([[1, 2], [3, 4]]))
    np.testing.assert_array_equal(reader.get_tensor("layer/b"), np.float32([0.5, -0.5]))
    assert reader.get_tensor("Layer/b_1") == np.float32(7)
    assert reader.get_tensor("beta2_power") == np.float32(0.999)
    assert not reader.get_tensor("layer/w/Adam").any()
    assert reader.get_variable_to_shape_map()["layer/b"] == [2]
    assert reader.has_tensor("layer/w")
    assert not reader.has_tensor("layer/w:0")


@pytest.mark.parametrize(
    ("folder", "name"),
    [("types", name) for name in TYPES]
    + [("types_v1", name) for name in TYPES if name not in NOT_IN_VERSION_1],
)
def test_numbers_of_every_type(folder, name):
    reader = read_checkpoint(FIXTURES / folder / "m-1")
    found = reader.get_tensor(f"of_{name}")
    assert found.dtype == reader.dtypes[f"of_{name}"] == numbers(name).dtype
    assert found.tolist() == numbers(name).tolist()


@pytest.mark.parametrize("folder", ["types", "types_v1"])
def test_texts_single_numbers_and_none(folder):
    reader = read_checkpoint(FIXTURES / folder / "m-1")
    assert reader.get_tensor("text").tolist() == [[b"a", b""], ["zwölf".encode(), b"x" * 200]]
    assert reader.spec("text").type_name == "string"
    assert reader.spec("of_float16").type_name == "float16"
    assert (reader.get_tensor("single").shape, float(reader.get_tensor("single"))) == ((), 2.5)
    assert reader.get_tensor("empty").shape == (0, 3)


def test_arrays_may_be_written_to():
    for folder in ("types", "types_v1"):
        array = read_checkpoint(FIXTURES / folder / "m-1").get_tensor("of_float32")
        array += 1
        assert array[0, 0] == -1


@pytest.mark.parametrize("name", ["parts/m-1", "parts_v1/m-1-?????-of-00002", "parts_v1/m-1"])
def test_shards_and_variables_in_parts(name):
    reader = read_checkpoint(FIXTURES / name)
    assert reader.shapes == {"columns": (2, 10), "rows": (10, 2), "whole": (2,)}
    np.testing.assert_array_equal(reader.get_tensor("rows"), ROWS)
    np.testing.assert_array_equal(reader.get_tensor("columns"), ROWS.T)
    assert reader.get_tensor("whole").tolist() == [1, 2]


def test_axes_that_are_said_to_be_whole_and_parts_that_are_missing():
    reader = read_checkpoint(FIXTURES / "slices" / "m")
    np.testing.assert_array_equal(reader.get_tensor("two"), np.arange(12, dtype=np.float32).reshape(4, 3))
    with pytest.raises(
        SavedFileError, match=r'tensor "lost" \(4, 3\) is kept in 1 parts, which leave out 6 of its 12'
    ):
        reader.get_tensor("lost")


def test_a_missing_shard_leaves_the_others_readable(copied):
    folder = copied("parts")
    (folder / "m-1.data-00001-of-00002").unlink()
    reader = read_checkpoint(folder / "m-1")
    np.testing.assert_array_equal(reader.get_tensor("rows"), ROWS)
    with pytest.raises(
        SavedFileError, match=r'm-1.data-00001-of-00002: there is no such file, in which tensor "whole"'
    ):
        reader.get_tensor("whole")


def test_variables_of_objects_by_their_names_too():
    reader = read_checkpoint(FIXTURES / "objects" / "m-1")
    assert "model/w/.ATTRIBUTES/VARIABLE_VALUE" in reader.names
    assert "_CHECKPOINTABLE_OBJECT_GRAPH" in reader.names
    assert (
        reader.get_tensor("w").tolist()
        == reader.get_tensor("model/w/.ATTRIBUTES/VARIABLE_VALUE").tolist()
        == [1, 2]
    )
    assert reader.get_tensor("dense/b").tolist() == [3]
    # Two variables are called "twin": which is meant, only the attribute says.
    assert list(reader.variables) == [
        "dense/b", "save_counter", "twins/0/.ATTRIBUTES/VARIABLE_VALUE", "twins/1/.ATTRIBUTES/VARIABLE_VALUE", "w",
    ]  # fmt: skip
    assert not reader.has_tensor("twin")
    assert float(reader.get_tensor("twins/1/.ATTRIBUTES/VARIABLE_VALUE")) == 5


@pytest.mark.parametrize("tensor", ["layer/b", "layer/w"])
def test_a_flipped_byte_of_a_tensor_is_named_and_the_others_are_read(copied, tensor):
    folder = copied("trained")
    data = folder / "m-1.data-00000-of-00001"
    place = data.read_bytes().index(
        np.float32([0.5, -0.5] if tensor == "layer/b" else [1, 2, 3, 4]).tobytes()
    )
    flip(data, place + 2)
    reader = read_checkpoint(folder / "m-1")
    with pytest.raises(
        SavedFileError, match=rf'm-1.data-00000-of-00001: tensor "{tensor}" \(bytes {place} to .*checksum'
    ):
        reader.get_tensor(tensor)
    assert reader.get_tensor("Layer/b_1") == 7


def test_a_flipped_byte_of_a_text(copied):
    for place in (b"zw", b"\xc8\x01"):  # in a text, and in the length 200
        folder = copied("types")
        data = folder / "m-1.data-00000-of-00001"
        flip(data, data.read_bytes().index(place))
        with pytest.raises(SavedFileError, match='tensor "text"'):
            read_checkpoint(folder / "m-1").get_tensor("text")
        shutil.rmtree(folder)


@pytest.mark.parametrize("place", [3, 100, 250])
def test_a_flipped_byte_of_the_index(copied, place):
    folder = copied("trained")
    flip(folder / "m-1.index", place)
    with pytest.raises(SavedFileError, match=r"m-1.index: .*block at byte 0.*copy or download it again"):
        read_checkpoint(folder / "m-1")


def test_a_flipped_byte_of_an_old_checkpoint(copied):
    folder = copied("trained_v1")
    flip(folder / "m-1", 400)
    with pytest.raises(SavedFileError, match="m-1: the checksum of the block at byte 0"):
        read_checkpoint(folder / "m-1")


def test_data_that_are_too_short_or_too_long(copied):
    folder = copied("trained")
    data = folder / "m-1.data-00000-of-00001"
    whole = data.read_bytes()
    data.write_bytes(whole + b"more")
    assert read_checkpoint(folder / "m-1").get_tensor("layer/w/Adam_1").shape == (2, 2)
    data.write_bytes(whole[:-1])
    reader = read_checkpoint(folder / "m-1")
    assert reader.get_tensor("layer/b").tolist() == [0.5, -0.5]
    with pytest.raises(
        SavedFileError, match=r'has 91 bytes, but tensor "layer/w/Adam_1" lies in bytes 76 to 92'
    ):
        reader.get_tensor("layer/w/Adam_1")


@pytest.mark.parametrize(
    "name", ["m-1", "m-1.index", "m-1.data-00000-of-00001", "m-1.meta", "checkpoint", ""]
)
def test_a_checkpoint_is_found_by_each_of_its_files_and_by_its_folder(copied, name):
    folder = copied("trained")
    (folder / "m-1.meta").write_bytes(b"")
    assert read_checkpoint(folder / name).get_tensor("layer/b").tolist() == [0.5, -0.5]


def test_the_variables_of_a_saved_model(copied, tmp_path):
    folder = copied("trained").rename(tmp_path / "variables")
    for path in folder.iterdir():
        path.rename(folder / path.name.replace("m-1", "variables"))
    (folder / "checkpoint").unlink()
    (tmp_path / "saved_model.pb").touch()
    assert read_checkpoint(tmp_path).get_tensor("layer/b").tolist() == [0.5, -0.5]


def test_an_old_checkpoint_is_found_by_one_of_its_shards():
    assert "rows" in read_checkpoint(FIXTURES / "parts_v1" / "m-1-00001-of-00002").names


def test_names_are_no_patterns(copied, tmp_path):
    folder = copied("trained").rename(tmp_path / "lr=[0.1]*?")
    assert read_checkpoint(folder / "m-1").get_tensor("Layer/b_1") == 7
    with pytest.raises(SavedFileError, match=r"m-\* is no checkpoint. In .*: m-1"):
        read_checkpoint(folder / "m-*")


def test_of_two_formats_of_tensorflow_the_newer_is_read(copied):
    folder = copied("trained")
    shutil.copy(FIXTURES / "types_v1" / "m-1", folder / "m-1")
    assert "layer/w" in read_checkpoint(folder / "m-1").names


def test_what_is_not_there(tmp_path):
    with pytest.raises(SavedFileError, match=r"x/m is no checkpoint: .*There is no folder .*x"):
        read_checkpoint(tmp_path / "x" / "m")
    with pytest.raises(
        SavedFileError, match=r"The folder .* holds no checkpoint: no file in it ends in \.index"
    ):
        read_checkpoint(tmp_path)
    (tmp_path / "m").write_text("text")
    with pytest.raises(SavedFileError, match="m is no file of a TensorFlow checkpoint"):
        read_checkpoint(tmp_path / "m")
    for wrong in (None, "", 3):
        with pytest.raises(UsageError, match="expected the name of a checkpoint"):
            read_checkpoint(wrong)


def test_all_or_none_of_the_variables_asked_for():
    reader = read_checkpoint(FIXTURES / "trained" / "m-1")
    float32, int64 = np.dtype(np.float32), np.dtype(np.int64)
    wanted = {"layer/b": TensorSpec((2,), float32), "global_step": TensorSpec((), int64)}
    assert {name: array.tolist() for name, array in reader.get_tensors(wanted).items()} == {
        "layer/b": [0.5, -0.5], "global_step": 0,
    }  # fmt: skip
    with pytest.raises(SavedFileError, match=r'has no "x", and 1 more of 3. Known: Layer/b_1'):
        reader.get_tensors(dict.fromkeys(("y", "layer/b", "x"), wanted["layer/b"]))
    with pytest.raises(SavedFileError, match='Leave ":0" out: "layer/b" is there'):
        reader.get_tensors({"layer/b:0": wanted["layer/b"]})
    with pytest.raises(SavedFileError, match='has no "layer/bb". Did you mean "layer/b"'):
        reader.get_tensor("layer/bb")
    with pytest.raises(
        SavedFileError, match=r'"layer/b" is float64 \(2,\), but the checkpoint has float32 \(2,\)'
    ):
        reader.get_tensors({"layer/b": TensorSpec((2,), np.dtype(np.float64))})
    reshaped = {"layer/b": TensorSpec((2, 1), float32)}
    with pytest.raises(SavedFileError, match=r"has float32 \(2,\). Saver\(reshape=True\) takes equal sizes"):
        reader.get_tensors(reshaped)
    assert reader.get_tensors(reshaped, reshape=True)["layer/b"].tolist() == [[0.5], [-0.5]]
    with pytest.raises(SavedFileError, match=r"has float32 \(2,\).$"):
        reader.get_tensors({"layer/b": TensorSpec((3,), float32)}, reshape=True)
