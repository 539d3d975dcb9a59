"""Every data set: what Keras gives of the same file, and what is said of a file that is not right."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
import zipfile

import numpy as np
import pytest

import fallline as fl
from fallline.errors import DataError, UsageError

RANDOM = np.random.default_rng(0)
DIGITS = {
    "x_train": RANDOM.integers(0, 256, (12, 28, 28), dtype=np.uint8),
    "y_train": RANDOM.integers(0, 10, 12, dtype=np.uint8),
    "x_test": RANDOM.integers(0, 256, (5, 28, 28), dtype=np.uint8),
    "y_test": RANDOM.integers(0, 10, 5, dtype=np.uint8),
}
LABELS = {"y_train": RANDOM.integers(0, 2, 40), "y_test": RANDOM.integers(0, 2, 30)}


def texts(count, seed, longest=30):
    """Lists of numbers of words, of different lengths."""
    random = np.random.default_rng(seed)
    made = np.empty(count, object)
    for number in range(count):
        made[number] = random.integers(1, 60, random.integers(3, longest)).tolist()
    return made


def same(ours, theirs):
    """Equal arrays of equal kinds; of lists, equal lists."""
    for our_part, their_part in zip(ours, theirs, strict=True):
        for a, b in zip(our_part, their_part, strict=True):
            assert (a.shape, a.dtype) == (b.shape, b.dtype)
            assert a.tolist() == b.tolist()


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def put_fashion(home):
    folder = home / "fashion-mnist"
    folder.mkdir()
    for name, key in [
        ("train-images-idx3", "x_train"),
        ("train-labels-idx1", "y_train"),
        ("t10k-images-idx3", "x_test"),
        ("t10k-labels-idx1", "y_test"),
    ]:
        (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(idx(DIGITS[key])))


def test_mnist(home, keras_taking_any_file):
    np.savez(home / "mnist.npz", **DIGITS)
    same(fl.datasets.mnist.load_data(), keras_taking_any_file.datasets.mnist.load_data())


def test_a_file_may_have_another_name_or_place(home, tmp_path):
    np.savez(home / "mine.npz", **DIGITS)
    np.savez(tmp_path / "elsewhere.npz", **DIGITS)
    for path in ("mine.npz", str(tmp_path / "elsewhere.npz"), tmp_path / "elsewhere.npz"):
        (x, _), _ = fl.datasets.mnist.load_data(path)
        np.testing.assert_array_equal(x, DIGITS["x_train"])


def test_fashion_mnist(home, keras_taking_any_file):
    put_fashion(home)
    same(fl.datasets.fashion_mnist.load_data(), keras_taking_any_file.datasets.fashion_mnist.load_data())


@pytest.mark.parametrize("name", ["boston_housing", "california_housing"])
@pytest.mark.parametrize("options", [{}, {"test_split": 0.37, "seed": 4}, {"test_split": 0}])
def test_house_prices(home, name, options, keras_taking_any_file):
    np.savez(home / f"{name}.npz", x=RANDOM.normal(size=(641, 4)), y=RANDOM.normal(size=641))
    ours = getattr(fl.datasets, name).load_data(**options)
    same(ours, getattr(keras_taking_any_file.datasets, name).load_data(**options))


def test_the_small_version_of_california(home, keras_taking_any_file):
    np.savez(home / "california_housing.npz", x=RANDOM.normal(size=(641, 8)), y=RANDOM.normal(size=641))
    ours = fl.datasets.california_housing.load_data(version="small")
    assert len(ours[0][0]) == 480
    same(ours, keras_taking_any_file.datasets.california_housing.load_data(version="small"))
    with pytest.raises(UsageError, match='"small" or "large", got \'tiny\''):
        fl.datasets.california_housing.load_data("tiny")
    for share in (1, -0.1):
        with pytest.raises(UsageError, match="test_split must be at least 0 and below 1"):
            fl.datasets.boston_housing.load_data(test_split=share)


WORDS = [
    {},
    {"num_words": 20},
    {"num_words": 20, "skip_top": 5, "oov_char": None},
    {"maxlen": 12, "seed": 7},
    {"start_char": None, "index_from": 0},
    {"start_char": None, "index_from": 2, "oov_char": 9, "num_words": 30},
]


@pytest.mark.parametrize("options", WORDS)
def test_imdb(home, options, keras_taking_any_file):
    np.savez(home / "imdb.npz", x_train=texts(40, 1), x_test=texts(30, 2), **LABELS)
    same(fl.datasets.imdb.load_data(**options), keras_taking_any_file.datasets.imdb.load_data(**options))


@pytest.mark.parametrize("options", [*WORDS, {"test_split": 0.5}])
def test_reuters(home, options, keras_taking_any_file):
    np.savez(home / "reuters.npz", x=texts(40, 1), y=RANDOM.integers(0, 46, 40))
    same(
        fl.datasets.reuters.load_data(**options), keras_taking_any_file.datasets.reuters.load_data(**options)
    )


def test_texts_of_one_length_stay_apart(home):
    alike = np.empty(4, object)
    alike[:] = [[1, 2], [3, 4], [5, 6], [7, 8]]
    np.savez(home / "reuters.npz", x=alike, y=np.arange(4))
    (x, _), _ = fl.datasets.reuters.load_data(test_split=0, num_words=20)
    assert sorted(map(list, x)) == [[1, 4, 5], [1, 6, 7], [1, 8, 9], [1, 10, 11]]


def test_no_text_is_short_enough(home):
    np.savez(home / "imdb.npz", x_train=texts(40, 1), x_test=texts(30, 2), **LABELS)
    with pytest.raises(DataError, match="no review is shorter than maxlen=2"):
        fl.datasets.imdb.load_data(maxlen=2)


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_words_by_their_numbers(home, name, keras_taking_any_file):
    (home / f"{name}_word_index.json").write_text('{"the": 1, "caf\\u00e9": 2}')
    ours = getattr(fl.datasets, name).get_word_index()
    assert ours == getattr(keras_taking_any_file.datasets, name).get_word_index() == {"the": 1, "café": 2}
    (home / f"{name}_word_index.json").write_text('{"the"')
    with pytest.raises(DataError, match="word_index.json is damaged"):
        getattr(fl.datasets, name).get_word_index()


def test_topics(keras):
    assert fl.datasets.reuters.get_label_names() == keras.datasets.reuters.get_label_names()


def test_bags_of_words():
    lists = np.array([[1, 3, 3], [0], []], object)
    np.testing.assert_array_equal(fl.datasets.bags_of_words(lists, 4), [[0, 1, 0, 1], [1, 0, 0, 0], [0] * 4])
    counted = fl.datasets.bags_of_words(lists, 4, counts=True, dtype="uint8")
    assert counted.dtype == np.uint8
    np.testing.assert_array_equal(counted, [[0, 1, 0, 2], [1, 0, 0, 0], [0] * 4])
    with pytest.raises(
        DataError, match=r"text 0 holds 1 to 3; expected 0 to 2. Load the texts with num_words=3"
    ):
        fl.datasets.bags_of_words(lists, 3)
    with pytest.raises(UsageError, match="at least 1, got 0"):
        fl.datasets.bags_of_words(lists, 0)


def python_2_stream(images, labels):
    """What Python 2's pickle of {"data": images, "labels": labels} is, op by op."""
    rows, columns = images.shape
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        + b"(K\x01"
        + struct.pack("<cHcH", b"M", rows, b"M", columns)
        + b"\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        + b"\x89T"
        + struct.pack("<I", images.size)
        + images.tobytes()
        + b"tb"
    )
    numbers = b"".join(b"K" + bytes([label]) for label in labels)
    return b"\x80\x02}(U\x04data" + array + b"U\x06labels](" + numbers + b"eu."


PIXELS = RANDOM.integers(0, 256, (5, 4, 3072), dtype=np.uint8)


@pytest.mark.parametrize("layout", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"])
def test_cifar10(home, layout):
    folder = home / layout
    folder.mkdir(parents=True)
    for number, images in enumerate(PIXELS, 1):
        (folder / f"data_batch_{number}").write_bytes(python_2_stream(images, [number] * 4))
    newer = {b"data": PIXELS[0], b"labels": [9, 8, 7, 6]}
    (folder / "test_batch").write_bytes(pickle.dumps(newer, protocol=4))
    (x_train, y_train), (x_test, y_test) = fl.datasets.cifar10.load_data()
    assert x_train.dtype == y_train.dtype == x_test.dtype == y_test.dtype == np.uint8
    assert (x_train.shape, y_train.shape) == ((20, 32, 32, 3), (20, 1))
    np.testing.assert_array_equal(y_train[:, 0], np.repeat([1, 2, 3, 4, 5], 4))
    np.testing.assert_array_equal(y_test, [[9], [8], [7], [6]])
    # One colour after the other, row by row.
    assert (
        x_train[5, 3, 7].tolist() == PIXELS[1, 1, [3 * 32 + 7, 1024 + 3 * 32 + 7, 2048 + 3 * 32 + 7]].tolist()
    )
    (folder / "test_batch").unlink()
    with pytest.raises(DataError, match="test_batch"):
        fl.datasets.cifar10.load_data()


@pytest.mark.parametrize("mode", ["fine", "coarse"])
def test_cifar100_out_of_its_archive(home, mode, keras_taking_any_file):
    with tarfile.open(home / "cifar-100-python-target_archive", "w:gz") as archive:
        for number, part in enumerate(("train", "test")):
            read = {b"data": PIXELS[number], b"fine_labels": [3, 99, 0, 1], b"coarse_labels": [1, 2, 3, 19]}
            content = pickle.dumps(read, protocol=4)
            member = tarfile.TarInfo(f"cifar-100-python/{part}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    same(
        fl.datasets.cifar100.load_data(mode),
        keras_taking_any_file.datasets.cifar100.load_data(label_mode=mode),
    )
    with pytest.raises(UsageError, match='"fine" or "coarse"'):
        fl.datasets.cifar100.load_data("rough")


class Named:
    """Calls a function of Python's."""

    def __reduce__(self):
        return print, ("the file ran this",)


def test_what_a_file_names_is_refused_before_anything_runs(home, capsys):
    bad = np.empty(2, object)
    bad[:] = [[1, 2], Named()]
    np.savez(home / "reuters.npz", x=bad, y=np.arange(2))
    with pytest.raises(DataError, match=r"reuters.npz is damaged.*names builtins.print.*nothing was run"):
        fl.datasets.reuters.load_data()
    folder = home / "cifar-100-python"
    folder.mkdir()
    (folder / "train").write_bytes(pickle.dumps({b"data": Named()}))
    with pytest.raises(DataError, match=r"names builtins.print"):
        fl.datasets.cifar100.load_data()
    # Also what begins harmlessly: an attribute of what arrays need.
    (folder / "train").write_bytes(b"\x80\x04\x8c\x05numpy\x8c\x0cndarray.dump\x93.")
    with pytest.raises(DataError, match=r"names numpy.ndarray.dump"):
        fl.datasets.cifar100.load_data()
    assert "ran this" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive at all",
        b"PK\x03\x04 cut off",
        b"\x80\x04]\x94.",
        b"\x80\x04cnumpy\nndarray\n)R.",
    ],
)
def test_damaged_files_are_named(home, content):
    (home / "cifar-100-python").mkdir()
    for path, load in [
        ("mnist.npz", fl.datasets.mnist.load_data),
        ("imdb.npz", fl.datasets.imdb.load_data),
        ("cifar-100-python/train", fl.datasets.cifar100.load_data),
    ]:
        (home / path).write_bytes(content)
        with pytest.raises(DataError, match=f"{path} is damaged or another file: .*downloaded anew"):
            load()


def test_a_cut_archive_of_texts_is_damaged(home):
    np.savez(home / "imdb.npz", x_train=texts(40, 1), x_test=texts(30, 2), **LABELS)
    whole = (home / "imdb.npz").read_bytes()
    with zipfile.ZipFile(home / "imdb.npz") as archive:
        stream = archive.read("x_train.npy")
    with zipfile.ZipFile(home / "imdb.npz", "w") as archive:
        archive.writestr("x_train.npy", stream[:-20])
    with pytest.raises(DataError, match=r"imdb.npz is damaged"):
        fl.datasets.imdb.load_data()
    (home / "imdb.npz").write_bytes(whole[:-100])
    with pytest.raises(DataError, match=r"imdb.npz is damaged"):
        fl.datasets.imdb.load_data()


def test_rows_and_labels_that_differ_in_number_are_told(home):
    np.savez(home / "mnist.npz", **DIGITS | {"y_test": DIGITS["y_test"][:3]})
    with pytest.raises(DataError, match=r"x \(5, 28, 28\) and y \(3,\) do not belong together"):
        fl.datasets.mnist.load_data()
