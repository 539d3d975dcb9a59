"""Files with a checksum: the same arrays are the same bytes, whatever they are described by."""

from __future__ import annotations

import io

import numpy as np
from safetensors import safe_open

from fallline.wire.sealed import check_seal, write_sealed

ARRAYS = {
    "b": np.arange(3, dtype=np.float32),
    "a": np.ones((2, 1), np.int64),
    "none": np.zeros((0, 2), np.float32),
}
DESCRIPTION = {"zebra": "1", "fallline": '{"name": "größe \\"x\\""}', "a": "\n", "m": "2"}


def written() -> bytes:
    file = io.BytesIO()
    write_sealed(file, ARRAYS, DESCRIPTION)
    return file.getvalue()


def test_the_same_is_written_to_the_same_bytes(tmp_path):
    assert len({written() for _ in range(20)}) == 1
    path = tmp_path / "sealed"
    path.write_bytes(written())
    check_seal(path)
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        assert {name: metadata[name] for name in DESCRIPTION} == DESCRIPTION
        assert set(file.keys()) == set(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(file.get_tensor(name), array)
