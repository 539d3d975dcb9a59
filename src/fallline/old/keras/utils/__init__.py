"""`keras.utils`; the modules that were within it hold the same.

numeric     class numbers as rows of 0 and 1
drawing     plot_model, model_to_dot
files       get_file
images      images as arrays
sequences   Sequence, the sets of rows that give batches by number
progress    Progbar
old         small functions of older modules
"""

from fallline.old.keras.preprocessing.sequence import pad_sequences as pad_sequences
from fallline.old.keras.utils.drawing import (
    model_to_dot as model_to_dot,
    plot as plot,
    plot_model as plot_model,
)
from fallline.old.keras.utils.files import get_file as get_file
from fallline.old.keras.utils.images import (
    array_to_img as array_to_img,
    img_to_array as img_to_array,
    load_img as load_img,
    save_img as save_img,
)
from fallline.old.keras.utils.numeric import normalize as normalize, to_categorical as to_categorical
from fallline.old.keras.utils.old import (
    categorical_probas_to_classes as categorical_probas_to_classes,
    count_params as count_params,
    disable_interactive_logging as disable_interactive_logging,
    enable_interactive_logging as enable_interactive_logging,
    get_source_inputs as get_source_inputs,
    get_test_data as get_test_data,
    is_interactive_logging_enabled as is_interactive_logging_enabled,
    multi_gpu_model as multi_gpu_model,
    print_summary as print_summary,
    probas_to_classes as probas_to_classes,
    to_list as to_list,
)
from fallline.old.keras.utils.progress import Progbar as Progbar
from fallline.old.keras.utils.sequences import Sequence as Sequence
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
PyDataset = Sequence

_MODULES = (
    "data_utils", "generic_utils", "io_utils", "layer_utils", "np_utils", "test_utils", "vis_utils", "visualize_util",
)  # fmt: skip

__all__ = _starred(globals())  # noqa: PLE0605 - the names stand above
__getattr__ = _names_of(__name__, modules=_MODULES)
