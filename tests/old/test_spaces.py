"""Name spaces say what is not there, and what to use instead."""

import pytest

from fallline.errors import UsageError
from fallline.old.keras import layers


def test_a_name_that_is_not_there_shows_the_nearest():
    with pytest.raises(ImportError, match='keras.layers has no "Dens": Did you mean "Dense"'):
        from fallline.old.keras.layers import Dens  # noqa: F401
    with pytest.raises(AttributeError, match='Did you mean "Dense"'):
        layers.Dens  # noqa: B018


def test_programs_that_try_an_import_may_go_on():
    assert not hasattr(layers, "Thing")
    try:
        from fallline.old.keras.layers import Thing
    except ImportError:
        Thing = None
    assert Thing is None


def test_what_is_out_of_scope_is_imported_and_raises_when_it_is_called():
    from fallline.old.keras.layers import LSTM, Conv2D, Dense

    assert not isinstance(Dense(2), Conv2D)
    with pytest.raises(UsageError, match="keras.layers.Conv2D: Fallline is for feedforward networks"):
        Conv2D(32, (3, 3))
    with pytest.raises(UsageError, match="lagged values"):
        LSTM(10)


def test_programs_set_attributes():
    layers.own = 1
    assert layers.own == 1
    del layers.own
