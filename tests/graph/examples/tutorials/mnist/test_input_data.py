"""Handwritten digits from files that lie in a folder, and the order of their batches."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from fallline.errors import DataError, UsageError
from fallline.graph.core.graph import Graph
from fallline.graph.examples.tutorials.mnist import input_data

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (20, 4, 3), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, 20, dtype=np.uint8)
TEST_IMAGES, TEST_LABELS = IMAGES[:7] // 2, LABELS[:7]


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def files(folder: Path, packed: bool = True, train: str = "train-images-idx3-ubyte") -> Path:
    for name, array in [
        (train, IMAGES),
        ("train-labels-idx1-ubyte", LABELS),
        ("t10k-images-idx3-ubyte", TEST_IMAGES),
        ("t10k-labels-idx1-ubyte", TEST_LABELS),
    ]:
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx(array)))
        else:
            (folder / name).write_bytes(idx(array))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The four files, packed."""
    return files(tmp_path_factory.mktemp("mnist"))


def test_the_three_parts_of_the_data(folder):
    mnist = input_data.read_data_sets(folder, validation_size=5)
    assert [part.num_examples for part in mnist] == [15, 5, 7]
    assert (mnist.train.images.dtype, mnist.train.labels.dtype) == (np.float32, np.uint8)
    expected = (IMAGES.reshape(20, 12).astype(np.float64) / 255).astype(np.float32)
    np.testing.assert_allclose(mnist.train.images, expected[5:], rtol=2e-7)
    np.testing.assert_allclose(mnist.validation.images, expected[:5], rtol=2e-7)
    np.testing.assert_array_equal(mnist.test.labels, TEST_LABELS)
    assert mnist.train.images.max() <= 1


def test_its_options(folder):
    mnist = input_data.read_data_sets(
        str(folder), one_hot=True, dtype=np.uint8, reshape=False, validation_size=0
    )
    assert mnist.validation.num_examples == 0
    np.testing.assert_array_equal(mnist.train.images, IMAGES[..., None])
    assert mnist.train.labels.dtype == np.float64
    np.testing.assert_array_equal(mnist.train.labels, np.arange(10) == LABELS[:, None])
    with pytest.raises(TypeError, match="Invalid image dtype 'float64', expected uint8 or float32"):
        input_data.read_data_sets(folder, dtype="float64", validation_size=0)
    with pytest.raises(UsageError, match=r"between 0 and 20. Received: 5000"):
        input_data.read_data_sets(folder)


@pytest.mark.parametrize("train", ["train-images-idx3-ubyte", "train-images.idx3-ubyte"])
def test_files_may_be_unpacked(tmp_path, folder, train):
    unpacked = input_data.read_data_sets(files(tmp_path, packed=False, train=train), validation_size=0)
    packed = input_data.read_data_sets(folder, validation_size=0)
    np.testing.assert_array_equal(unpacked.train.images, packed.train.images)


def test_keras_s_file_serves_too(tmp_path, folder):
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_test": TEST_IMAGES, "y_test": TEST_LABELS}
    np.savez(tmp_path / "mnist.npz", **arrays)
    kept, packed = (input_data.read_data_sets(each, validation_size=3) for each in (tmp_path, folder))
    for ours, theirs in zip(kept, packed, strict=True):
        np.testing.assert_array_equal(ours.images, theirs.images)
        np.testing.assert_array_equal(ours.labels, theirs.labels)
    np.savez(tmp_path / "mnist.npz", **arrays | {"x_train": IMAGES / 255})
    with pytest.raises(DataError, match=r"x_train \(20, 4, 3\) float64.*expected uint8 images"):
        input_data.read_data_sets(tmp_path)
    np.savez(tmp_path / "mnist.npz", x_train=IMAGES)
    with pytest.raises(DataError, match="not Keras's file"):
        input_data.read_data_sets(tmp_path)


@pytest.fixture
def nothing_kept(tmp_path, monkeypatch):
    """A home of Keras without files, and no connection: what is asked for is noted."""
    import requests

    asked = []

    def refuse(url, **_):
        asked.append(url)
        raise requests.ConnectionError("nobody is there")

    monkeypatch.setattr(requests, "get", refuse)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return asked


def test_missing_files_are_asked_for_and_named_with_what_to_do(tmp_path, nothing_kept):
    files(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(
        DataError, match=r"t10k-images-idx3-ubyte.gz is not there.*no connection.*put it there"
    ):
        input_data.read_data_sets(tmp_path)
    with pytest.raises(DataError, match="train-images"):
        input_data.read_data_sets(tmp_path / "new", source_url="http://fashion.example/here")
    assert nothing_kept == [
        "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-images-idx3-ubyte.gz",
        "http://fashion.example/here/train-images-idx3-ubyte.gz",
    ]


def test_the_file_that_keras_has_kept_serves_an_empty_folder(tmp_path, folder, nothing_kept, capsys):
    kept = tmp_path / "keras" / "datasets"
    kept.mkdir(parents=True)
    np.savez(kept / "mnist.npz", x_train=IMAGES, y_train=LABELS, x_test=TEST_IMAGES, y_test=TEST_LABELS)
    ours = input_data.read_data_sets(tmp_path / "MNIST_data", validation_size=3)
    assert capsys.readouterr().out == ""
    packed = input_data.read_data_sets(folder, validation_size=3)
    np.testing.assert_array_equal(ours.train.images, packed.train.images)
    assert nothing_kept == []
    assert capsys.readouterr().out.splitlines() == [
        f"Extracting {folder / name}"
        for name in (
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
        )
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (gzip.compress(idx(IMAGES))[:-30], "is damaged"),
        (idx(IMAGES)[:-1], "holds 239 values, but says 20 x 4 x 3"),
        (idx(LABELS), "no idx file of images .it begins with 2049, not 2051"),
        (b"", "no idx file"),
        (idx(IMAGES[:19]), "19 training images, but 20 labels"),
    ],
)
def test_damaged_files_are_named(tmp_path, content, told):
    (files(tmp_path) / "train-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(DataError, match=told):
        input_data.read_data_sets(tmp_path, validation_size=0)


def test_labels_beyond_the_classes_are_named(tmp_path):
    (files(tmp_path) / "train-labels-idx1-ubyte.gz").write_bytes(idx(LABELS + np.uint8(100)))
    with pytest.raises(DataError, match="labels go to 10[0-9]; expected 0 to 9"):
        input_data.read_data_sets(tmp_path, one_hot=True, validation_size=0)


def numbered(**options):
    return input_data.DataSet(
        np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1), np.arange(10), dtype="uint8", **options
    )


def test_batches_come_in_tensorflow_s_order():
    data, batches, epochs = numbered(seed=3), [], []
    for _ in range(8):
        images, labels = data.next_batch(4)
        np.testing.assert_array_equal(images[:, 0], labels)
        batches.append(labels.tolist())
        epochs.append(data.epochs_completed)
    # By hand: each epoch reorders what the one before left, the first too, by NumPy's generator of that seed.
    generator, order, stream = np.random.RandomState(3), np.arange(10), []
    for _ in range(4):
        places = np.arange(10)
        generator.shuffle(places)
        order = order[places]
        stream += order.tolist()
    np.testing.assert_array_equal(np.concatenate(batches), stream[:32])
    assert epochs == [0, 0, 1, 1, 1, 2, 2, 3]
    np.testing.assert_array_equal(data.labels, stream[30:])


def test_without_shuffling_the_order_stays():
    data = numbered()
    assert [data.next_batch(4, shuffle=False)[1].tolist() for _ in range(3)] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 0, 1],
    ]
    # An epoch that ends with its last batch is completed by the next.
    data = numbered()
    assert [(data.next_batch(5, shuffle=False), data.epochs_completed)[1] for _ in range(3)] == [0, 0, 1]
    with pytest.raises(UsageError, match=r"next_batch\(11\): there are 10 examples"):
        data.next_batch(11)


def test_the_seed_of_the_graph_orders_too():
    def order(seed, graph_seed):
        graph = Graph()
        graph.seed = graph_seed
        with graph.as_default():
            return numbered(seed=seed).next_batch(10)[1].tolist()

    assert order(None, 5) == order(5, None) == order(5, 9) != order(None, 9)
    np.random.seed(4)  # noqa: NPY002
    first = order(None, None)
    np.random.seed(4)  # noqa: NPY002
    assert order(None, None) == first


def test_fake_data():
    mnist = input_data.read_data_sets("nowhere", fake_data=True, one_hot=True)
    images, labels = mnist.train.next_batch(2)
    assert (images, labels) == ([[1] * 784] * 2, [[1] + [0] * 9] * 2)
    assert mnist.test.num_examples == 10000
    assert numbered().next_batch(3, fake_data=True)[1] == [0, 0, 0]


def test_data_sets_by_name(folder, tmp_path, monkeypatch, nothing_kept):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="MNIST-data/train-images-idx3-ubyte.gz is not there"):
        input_data.load_dataset("mnist")
    Path("MNIST-data").rmdir()
    Path("MNIST-data").symlink_to(folder)
    with pytest.raises(UsageError, match="between 0 and 20"):
        input_data.load_dataset("mnist")
    with pytest.raises(UsageError, match=r'"mnist" is offered, not \'iris\'. sklearn.datasets.load_iris'):
        input_data.load_dataset("iris")


def test_what_makes_no_data_set():
    with pytest.raises(UsageError, match=r"3 images, but labels \(2,\)"):
        input_data.DataSet(np.zeros((3, 2, 2, 1), np.uint8), np.zeros(2))
    with pytest.raises(UsageError, match=r"got \(3, 2, 2, 3\)"):
        input_data.DataSet(np.zeros((3, 2, 2, 3), np.uint8), np.zeros(3))


def test_the_name_space_leads_here():
    import fallline.graph as tf

    assert tf.examples.tutorials.mnist.input_data is input_data
