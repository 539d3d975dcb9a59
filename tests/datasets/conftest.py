"""Small files of the forms that Keras keeps, in a home of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Keras's folder `datasets`, empty."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


@pytest.fixture
def no_connection(monkeypatch) -> None:
    """Every address is one that nobody answers."""
    import requests

    def refuse(url, **_):
        raise requests.ConnectionError("nobody is there")

    monkeypatch.setattr(requests, "get", refuse)


@pytest.fixture
def keras_taking_any_file(keras, monkeypatch, home):
    """Keras, which takes our files for its own: their hashes are others."""
    from keras.src.utils import file_utils

    monkeypatch.setattr(file_utils, "validate_file", lambda *_, **__: True)
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(home.parent))  # asked of the system once
    return keras
