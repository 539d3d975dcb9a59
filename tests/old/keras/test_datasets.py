"""Data sets under the names of every year."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.old.keras import datasets


@pytest.mark.parametrize("path", [{}, {"path": "reuters.pkl"}])
def test_the_arguments_of_keras_1(path, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    texts = np.empty(4, object)
    texts[:] = [[1, 2, 30], [4], [5, 6, 7, 8], [9, 20]]
    np.savez(tmp_path / "datasets" / "reuters.npz", x=texts, y=np.arange(4))
    (x, y), (x_test, _) = datasets.reuters.load_data(nb_words=10, test_split=0.25, **path)
    assert (len(x), len(y), len(x_test)) == (3, 3, 1)
    assert max(map(max, [*x, *x_test])) < 10
