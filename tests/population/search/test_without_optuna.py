"""The bridge where optuna is not installed."""

import sys

import pytest

from fallline.errors import UsageError
from fallline.population import Optuna


def test_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError, match=r'pip install "fallline\[optuna\]", or take'):
        Optuna()
