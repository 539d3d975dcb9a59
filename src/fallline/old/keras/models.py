"""`keras.models`."""

from fallline.models import *  # noqa: F403
from fallline.old.keras.behaviour.files import (  # type: ignore[assignment]
    clone_model as clone_model,
    load_model as load_model,
    model_from_config as model_from_config,
    model_from_json as model_from_json,
    model_from_yaml as model_from_yaml,
    save_model as save_model,
)
from fallline.old.keras.behaviour.models import Model as Model, Sequential as Sequential
from fallline.old.keras.old_models import Graph as Graph, slice_X as slice_X
from fallline.old.spaces import names_of as _names_of, starred as _starred

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__)
