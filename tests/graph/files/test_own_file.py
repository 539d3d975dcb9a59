"""Fallline's own checkpoints: every type, any name, whole or not there."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from fallline.errors import DataError, SavedFileError, UsageError
from fallline.graph.files import read_checkpoint, write_arrays
from fallline.wire.number_types import NUMBER_TYPES, TEXT

FIXTURES = Path(__file__).parent / "fixtures"
TYPES = sorted({dtype.name for dtype in NUMBER_TYPES.values() if dtype != TEXT})


@pytest.fixture
def prefix(tmp_path):
    return str(tmp_path / "model.ckpt-100")


@pytest.mark.parametrize("name", TYPES)
def test_numbers_of_every_type(prefix, name):
    dtype = np.dtype(getattr(ml_dtypes, name, name))
    arrays = {
        "some": np.arange(6).reshape(2, 3).astype(dtype),
        "one": np.asarray(1).astype(dtype),
        "none": np.zeros((0, 3), dtype),
    }
    if dtype.kind == "c":
        arrays["some"] = arrays["some"] * 1j
    write_arrays(prefix, arrays)
    reader = read_checkpoint(prefix)
    for key, array in arrays.items():
        found = reader.get_tensor(key)
        assert found.dtype == reader.dtypes[key] == dtype
        assert found.shape == reader.shapes[key] == array.shape
        assert found.tobytes() == array.tobytes()


def test_texts(prefix):
    write_arrays(
        prefix,
        {
            "a": np.array([["ü", b""], ["long" * 99, "\n"]], object),
            "b": np.array(b"x"),
            "c": np.array([], "S1"),
        },
    )
    reader = read_checkpoint(prefix)
    assert reader.get_tensor("a").tolist() == [["ü".encode(), b""], [b"long" * 99, b"\n"]]
    assert (reader.get_tensor("b")[()], reader.shapes["b"], reader.spec("b").type_name) == (
        b"x",
        (),
        "string",
    )
    assert reader.get_tensor("c").shape == (0,)


def test_any_name_is_a_name(prefix):
    names = ["", "a/b:0", "ü\n", 'q"\\', "\0", "__metadata__", "__metadata___", "_", "x" * 10_000]
    write_arrays(prefix, {name: np.array(place) for place, name in enumerate(names)})
    reader = read_checkpoint(prefix)
    assert reader.names == sorted(names, key=str.encode)
    assert [int(reader.get_tensor(name)) for name in names] == list(range(len(names)))


def test_the_order_in_memory_and_of_bytes_does_not_matter(prefix):
    base = np.arange(12).reshape(3, 4)
    arrays = {"columns": np.asfortranarray(base), "some": base[::2, ::-1], "big": base.astype(">i8")}
    write_arrays(prefix, arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(read_checkpoint(prefix).get_tensor(name), array)


def test_plain_arrays_are_read_by_safetensors_itself(prefix):
    path = write_arrays(prefix, {"layer/w": np.float32([[1, 2]])})
    assert path == Path(f"{prefix}.safetensors")
    assert load_file(path)["layer/w"].tolist() == [[1, 2]]


def test_what_cannot_be_written_leaves_the_older_file(prefix):
    write_arrays(prefix, {"w": np.ones(2)})
    for wrong, error in (
        ({"w": np.array([1, None], object)}, DataError),
        ({"w": np.array(["a", 1.5], object)}, DataError),
        ({"w": np.array(["2020-01-01"], "datetime64[D]")}, DataError),
        ({3: np.ones(2)}, UsageError),
        ({"\udc80": np.ones(2)}, UsageError),
    ):
        with pytest.raises(error):
            write_arrays(prefix, wrong)
    assert read_checkpoint(prefix).get_tensor("w").tolist() == [1, 1]
    assert [path.name for path in Path(prefix).parent.iterdir()] == ["model.ckpt-100.safetensors"]


def test_a_flipped_byte_is_named_and_the_others_are_read(prefix):
    path = write_arrays(prefix, {"a": np.float32([1, 2]), "b": np.float32([3, 4])})
    content = bytearray(path.read_bytes())
    content[content.index(np.float32([3, 4]).tobytes())] ^= 1
    path.write_bytes(content)
    reader = read_checkpoint(prefix)
    assert reader.get_tensor("a").tolist() == [1, 2]
    with pytest.raises(SavedFileError, match='the numbers of array "b" are not those that were written'):
        reader.get_tensor("b")


def test_damaged_and_foreign_files(prefix):
    path = write_arrays(prefix, {"a": np.ones(9)})
    whole = path.read_bytes()
    swapped = whole.replace(b'"F64"', b'"I64"')
    renamed = whole.replace(b'"a":{"dtype', b'"b":{"dtype')
    for content in (whole[:-3], renamed, whole.replace(b"float64", b"float32")):
        assert content != whole
        path.write_bytes(content)
        with pytest.raises(SavedFileError, match="is no checkpoint, or is damaged"):
            read_checkpoint(prefix)
    # What the header of safetensors says of the type is not what counts.
    path.write_bytes(swapped)
    assert read_checkpoint(prefix).get_tensor("a").tolist() == [1] * 9
    save_file({"a": np.ones(3)}, path)
    with pytest.raises(SavedFileError, match="a safetensors file that no Saver wrote"):
        read_checkpoint(prefix)
    save_file({"a": np.ones(3)}, path, {"fallline": json.dumps({"format": "fallline-model-2"})})
    with pytest.raises(SavedFileError, match="It holds a model: fl.models.load_model"):
        read_checkpoint(prefix)


def test_of_two_under_one_name_the_one_that_was_written_last(tmp_path):
    prefix = tmp_path / "m-1"
    for name in ("m-1.index", "m-1.data-00000-of-00001"):
        (tmp_path / name).write_bytes((FIXTURES / "trained" / name).read_bytes())
    own = write_arrays(str(prefix), {"mine": np.ones(1)})
    for seconds, names in ((100, ["mine"]), (-100, None)):
        os.utime(own, (time.time() + seconds,) * 2)
        with pytest.warns(UserWarning, match="two checkpoints lie under this name") as caught:
            found = read_checkpoint(prefix)
        assert len(caught) == 1
        assert (found.names == names) if names else ("layer/w" in found.names)
