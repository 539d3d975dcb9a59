"""`keras.activations`."""

from typing import Any as _Any

from fallline import activations as _today
from fallline.activations import *  # noqa: F403
from fallline.old.spaces import names_of as _names_of, starred as _starred


def serialize(activation: _Any) -> _Any:
    """The name of an activation, as Keras writes it; with numbers of its own its configuration."""
    found = _today.get(activation)
    name = str(getattr(found, "__name__", ""))
    plain = name in _today.activations.names() and _today.serialize(_today.get(name)) == _today.serialize(
        found
    )
    return name if plain else _today.serialize(found)


__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
