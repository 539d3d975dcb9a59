import json

import numpy as np
import pytest

from fallline.data.images import ImagePreprocessor, read_images
from fallline.errors import DataError, SavedFileError


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (12, 4, 5), dtype=np.uint8)


def save(folder, **arrays):
    np.savez(folder / "i.npz", **arrays)
    return folder / "i.npz"


def test_images_keep_their_type(tmp_path, images):
    data = read_images(save(tmp_path, x=images, y=np.arange(12)))
    assert data.x.dtype == np.uint8
    np.testing.assert_array_equal(data.x, images)
    assert data.y.to_list() == list(range(12))
    assert data.x_test is None


def test_keras_names_and_column_targets(tmp_path, images):
    path = save(
        tmp_path,
        x_train=images,
        y_train=np.arange(12)[:, None],
        x_test=images[:3],
        y_test=np.array(["a", "b", "c"]),
    )
    data = read_images(path)
    assert data.y.to_list() == list(range(12))
    assert data.y_test.to_list() == ["a", "b", "c"]
    assert data.x_test.shape == (3, 4, 5)


def test_targets_may_be_absent_when_scoring(tmp_path, images):
    path = save(tmp_path, x=images)
    assert read_images(path, need_target=False).y is None
    with pytest.raises(DataError, match="holds x; expected x and y"):
        read_images(path)


def test_vectors_are_accepted(tmp_path):
    assert read_images(save(tmp_path, x=np.ones((3, 7)), y=np.arange(3))).x.shape == (3, 7)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.ones((2, 3, 3)), "labels": np.ones(2)}, "holds images, labels; expected x and y"),
        ({"x": np.ones((4, 3, 3)), "y": np.ones(5)}, r"x has 4 images, y is \(5,\)"),
        ({"x": np.ones((4, 3, 3)), "y": np.eye(4)}, "one-hot"),
        ({"x": np.ones(4), "y": np.ones(4)}, r"x is \(4,\)"),
        ({"x": np.full((2, 3, 3), np.nan), "y": np.ones(2)}, "not finite"),
        ({"x": np.array([[["a"]], [["b"]]]), "y": np.ones(2)}, "expected numbers"),
        ({"x": np.array([{"a": 1}, 2], dtype=object), "y": np.ones(2)}, "Python objects"),
        (
            {
                "x_train": np.ones((2, 3, 3)),
                "y_train": np.ones(2),
                "x_test": np.ones((2, 4, 3)),
                "y_test": np.ones(2),
            },
            "must be alike",
        ),
    ],
)
def test_bad_arrays_are_named(tmp_path, arrays, message):
    with pytest.raises(DataError, match=message):
        read_images(save(tmp_path, **arrays))


def test_bad_files_are_named(tmp_path, images):
    path = save(tmp_path, x=images, y=np.arange(12))
    damaged = tmp_path / "d.npz"
    damaged.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match="damaged"):
        read_images(damaged)
    (tmp_path / "t.npz").write_text("no archive")
    with pytest.raises(DataError, match=r"t\.npz"):
        read_images(tmp_path / "t.npz")
    (tmp_path / "e.npz").write_bytes(b"")
    with pytest.raises(DataError, match=r"e\.npz"):
        read_images(tmp_path / "e.npz")
    np.save(tmp_path / "one.npy", images)
    (tmp_path / "one.npy").rename(tmp_path / "one.npz")
    with pytest.raises(DataError, match="one array"):
        read_images(tmp_path / "one.npz")
    with pytest.raises(DataError, match="no file"):
        read_images(tmp_path / "none.npz")
    with pytest.raises(DataError, match="folder"):
        read_images(tmp_path)


def test_scale_is_that_of_the_training_images(images):
    many = np.concatenate([images] * 800)
    fitted = ImagePreprocessor.fit(many)
    assert (fitted.shape, fitted.dtype) == ((4, 5), "uint8")
    assert fitted.mean == pytest.approx(many.astype(float).mean())
    assert fitted.deviation == pytest.approx(many.astype(float).std())
    assert ImagePreprocessor.fit(np.full((2, 3, 3), 7.0)).deviation == 1


def test_transform_only_checks(images):
    fitted = ImagePreprocessor.fit(images)
    assert fitted.transform(images) is images
    with pytest.raises(DataError, match="trained on images 4 x 5 of uint8, got 5 x 4 of uint8"):
        fitted.transform(images.transpose(0, 2, 1))
    with pytest.raises(DataError, match=r"astype\('uint8'\)"):
        fitted.transform(images.astype(np.float32))


def test_round_trip_through_json(images):
    fitted = ImagePreprocessor.fit(images)
    assert ImagePreprocessor.from_config(json.loads(json.dumps(fitted.to_config()))) == fitted
    with pytest.raises(SavedFileError):
        ImagePreprocessor.from_config({"shape": [1]})
