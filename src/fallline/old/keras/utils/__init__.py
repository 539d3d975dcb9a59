"""`keras.utils`; the modules that were within it hold the same.

numeric     class numbers as rows of 0 and 1
drawing     plot_model, model_to_dot
files       get_file
sequences   Sequence, the sets of rows that give batches by number
progress    Progbar
"""

from fallline.old.keras.utils.numeric import normalize as normalize, to_categorical as to_categorical
from fallline.old.spaces import names_of as _names_of, starred as _starred
from fallline.saving import (
    deserialize_keras_object as deserialize_keras_object,
    serialize_keras_object as serialize_keras_object,
)
from fallline.utils import (
    clear_session as clear_session,
    custom_object_scope as custom_object_scope,
    get_custom_objects as get_custom_objects,
    register_keras_serializable as register_keras_serializable,
    set_random_seed as set_random_seed,
)

CustomObjectScope = custom_object_scope

MODULES = (
    "data_utils", "generic_utils", "io_utils", "layer_utils", "np_utils", "test_utils", "vis_utils", "visualize_util",
)  # fmt: skip

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__, modules=MODULES)
