"""Files that are not there: downloaded with their hashes checked, and what is said where they cannot be."""

from __future__ import annotations

import functools
import hashlib
import http.server
import threading
from pathlib import Path

import numpy as np
import pytest

import fallline as fl
from fallline.datasets import kept, mnist
from fallline.datasets.kept import Remote
from fallline.errors import DataError


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def address(tmp_path, monkeypatch):
    """A server on this machine, and the folder that it gives out."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "served"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", folder
        server.shutdown()


def served(folder: Path) -> str:
    """The hash of an mnist.npz that lies to be given out."""
    random = np.random.default_rng(0)
    np.savez(
        folder / "mnist.npz",
        x_train=random.integers(0, 256, (9, 28, 28), np.uint8),
        y_train=np.arange(9, dtype=np.uint8),
        x_test=np.zeros((2, 28, 28), np.uint8),
        y_test=np.zeros(2, np.uint8),
    )
    return "sha256:" + hashlib.sha256((folder / "mnist.npz").read_bytes()).hexdigest()


def test_a_file_comes_once_and_is_checked(home, address, monkeypatch, capsys):
    url, folder = address
    monkeypatch.setattr(mnist, "REMOTE", Remote(url + "mnist.npz", served(folder)))
    (_, labels), _ = fl.datasets.mnist.load_data()
    assert labels.tolist() == list(range(9))
    assert (home / "mnist.npz").is_file()
    told = capsys.readouterr()
    assert told.out == ""
    assert f"Downloading {url}mnist.npz" in told.err
    (folder / "mnist.npz").unlink()
    fl.datasets.mnist.load_data()
    assert capsys.readouterr().err == ""


def test_another_file_at_the_address_is_not_kept(home, address, monkeypatch):
    url, folder = address
    served(folder)
    monkeypatch.setattr(mnist, "REMOTE", Remote(url + "mnist.npz", "sha256:" + "0" * 64))
    with pytest.raises(DataError, match="hash"):
        fl.datasets.mnist.load_data()
    assert list(home.iterdir()) == []


def test_an_address_that_no_longer_holds_it(home, address, monkeypatch):
    url, _ = address
    monkeypatch.setattr(mnist, "REMOTE", Remote(url + "mnist.npz", "sha256:" + "0" * 64))
    with pytest.raises(DataError, match=r"404.*put it there"):
        fl.datasets.mnist.load_data()


def test_without_a_connection_the_file_its_place_and_its_address_are_told(home, no_connection):
    with pytest.raises(
        DataError,
        match=rf"{home / 'mnist.npz'} is not there.*https://\S+/mnist.npz failed: there is no connection",
    ):
        fl.datasets.mnist.load_data()
    with pytest.raises(DataError, match=r"fashion-mnist/train-images-idx3-ubyte.gz is not there"):
        fl.datasets.fashion_mnist.load_data()
    with pytest.raises(
        DataError, match=r"cifar-10-batches-py-target_archive is not there.*www.cs.toronto.edu"
    ):
        fl.datasets.cifar10.load_data()


def test_a_home_that_cannot_be_written_is_read_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(kept.os, "access", lambda *_: False)
    assert kept.folders() == [tmp_path, Path("/tmp/.keras")]
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").touch()
    assert kept.found("mnist.npz") == tmp_path / "datasets" / "mnist.npz"
    assert kept.place("mnist.npz") == Path("/tmp/.keras/datasets/mnist.npz")
