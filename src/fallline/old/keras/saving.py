"""`keras.saving`."""

from fallline.saving import *  # noqa: F403  # isort: skip
from fallline.old.keras.behaviour.files import load_model as load_model, save_model as save_model  # type: ignore[assignment]  # isort: skip
from fallline.old.spaces import names_of as _names_of, starred as _starred

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
