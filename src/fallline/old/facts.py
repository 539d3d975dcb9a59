"""What tells a program's age: names, arguments and texts, each with the versions that had it and its source.

Sources of the versions: Keras's release notes ("Keras 2.0 release notes"; releases 2.2.3, 2.3.0, 2.4.0 and 3.0.0 on
github.com/keras-team/keras) and those of TensorFlow (RELEASE.md: 1.0, 1.4, 2.0, 2.4, 2.6, 2.11, 2.12), whose Keras has the
number of its TensorFlow from 2.4 on. Keras 2.0 to 2.3 took the argument names of Keras 1, with a warning
(keras/legacy/interfaces.py); 2.4, which is TensorFlow's, does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Version = tuple[int, int]
Kind = Literal["argument", "name", "method", "key"]


@dataclass(frozen=True)
class Fact:
    """Something that only some versions of Keras have.

    Attributes:
        kind: Whether it is an argument's name, a name of a module, a method, or a key of what `fit` recorded.
        names: How it is written. A name of a module stands without `keras.`, and stands for all that begins with it.
        since: The first Keras that has it, None: not known.
        until: The first Keras that does not, None: it stays.
        of: For arguments: what is called, empty for anything. For keys: what `compile` was given.
    """

    kind: Kind
    names: tuple[str, ...]
    since: Version | None = None
    until: Version | None = None
    of: tuple[str, ...] = ()


FACTS = (
    # Keras 1 and before, and gone in 2.0.
    Fact("argument", ("show_accuracy",), until=(2, 0)),  # an argument of compile's from 1.0 on
    Fact("name", ("models.Graph", "models.slice_X", "layers.recurrent.JZS1"), until=(2, 0)),
    Fact("method", ("add_node", "add_input", "add_output"), until=(2, 0)),
    Fact("name", ("initializations", "utils.visualize_util"), until=(2, 0)),
    Fact("argument", ("nb_classes",), until=(2, 0), of=("to_categorical",)),
    Fact("argument", ("class_mode",), until=(2, 0), of=("compile",)),
    # Arguments of Keras 1, with a warning until 2.3.
    Fact("argument", ("nb_epoch", "samples_per_epoch", "nb_val_samples", "nb_words"), until=(2, 4)),
    Fact("argument", ("init", "output_dim", "W_regularizer", "b_regularizer"), until=(2, 4), of=("Dense",)),
    Fact("argument", ("W_constraint", "b_constraint", "bias"), until=(2, 4), of=("Dense",)),
    Fact("argument", ("input", "output"), until=(2, 4), of=("Model",)),
    Fact("argument", ("p",), until=(2, 4), of=("Dropout",)),
    Fact("name", ("objectives",), until=(2, 4)),
    Fact("name", ("layers.Merge", "layers.core.Merge", "layers.merge.merge"), until=(2, 3)),
    Fact("name", ("backend.image_dim_ordering",), until=(2, 4)),
    # Keras 2.
    Fact("argument", ("epochs",), since=(2, 0), of=("fit", "fit_generator")),
    Fact("argument", ("units", "kernel_initializer", "kernel_regularizer"), since=(2, 0), of=("Dense",)),
    Fact("argument", ("restore_best_weights",), since=(2, 2)),
    Fact("key", ("acc", "val_acc"), until=(2, 3)),  # 2.3: under the name that compile was given
    Fact("key", ("mean_absolute_error", "val_mean_absolute_error"), until=(2, 3), of=("mae", "MAE")),
    Fact("key", ("mean_squared_error", "val_mean_squared_error"), until=(2, 3), of=("mse", "MSE")),
    Fact("key", ("accuracy", "val_accuracy", "mae", "val_mae", "mse", "val_mse"), since=(2, 3)),
    Fact(
        "argument",
        ("learning_rate",),
        since=(2, 3),
        of=("Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "Nadam", "Adamax"),
    ),
    Fact("argument", ("steps_per_execution",), since=(2, 4), of=("compile",)),
    Fact("method", ("predict_classes", "predict_proba"), until=(2, 6)),
    Fact(
        "argument",
        ("decay",),
        until=(2, 11),
        of=("Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "Nadam", "Adamax"),
    ),
    Fact("name", ("wrappers.scikit_learn",), until=(2, 12)),
    # Gone in 3.0.
    Fact(
        "argument",
        ("lr",),
        until=(3, 0),
        of=("Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "Nadam", "Adamax"),
    ),
    Fact("method", ("fit_generator", "evaluate_generator", "predict_generator"), until=(3, 0)),
    Fact("name", ("utils.np_utils", "utils.vis_utils", "utils.generic_utils"), until=(3, 0)),
    Fact(
        "name",
        ("layers.core", "layers.normalization", "layers.noise", "layers.advanced_activations"),
        until=(3, 0),
    ),
    Fact("name", ("layers.embeddings", "layers.merge"), until=(3, 0)),
    Fact("name", ("preprocessing.text.Tokenizer",), until=(3, 0)),
    # Keras 3.
    Fact("name", ("ops", "saving.save_model", "random.normal"), since=(3, 0)),
)

GRAPHS = (
    "placeholder", "placeholder_with_default", "Session", "InteractiveSession", "disable_v2_behavior",
    "disable_eager_execution", "global_variables_initializer", "initialize_all_variables",
)  # fmt: skip
"""Names of `tensorflow` that mean graphs, whatever else stands beside them."""

OF_TENSORFLOW_1 = (
    "contrib", "examples", "app", "flags", "logging", "gfile", "layers", "losses.mean_squared_error",
    "losses.softmax_cross_entropy", "losses.sparse_softmax_cross_entropy", "train.GradientDescentOptimizer",
    "train.AdamOptimizer", "train.RMSPropOptimizer", "train.MomentumOptimizer", "train.AdagradOptimizer", "train.Saver",
    "get_variable", "variable_scope", "reset_default_graph", "get_default_graph", "set_random_seed", "random_normal",
    "random_uniform", "truncated_normal", "log", "mul", "sub", "neg", "div", "to_float", "to_int32", "arg_max", "assign",
    "ConfigProto", "GPUOptions", "merge_all_summaries", "scalar_summary", "histogram_summary", "summary.FileWriter",
    "summary.merge_all", "train.SummaryWriter", "get_collection", "add_to_collection", "trainable_variables",
    "initialize_variables", "python.framework.ops", "enable_resource_variables",
)  # fmt: skip
"""Names that left `tensorflow` with 2.0: they mean graphs where nothing is of TensorFlow 2."""

OF_TENSORFLOW_2 = (
    "GradientTape", "function", "random.set_seed", "Module", "optimizers", "losses.MeanSquaredError", "metrics.Mean",
    "config.list_physical_devices", "config.experimental", "enable_eager_execution", "contrib.eager", "data.Dataset",
    "summary.create_file_writer", "saved_model.save", "print", "executing_eagerly", "compat.v1.enable_eager_execution",
)  # fmt: skip
"""Names that mean arrays at once."""

KERAS_PACKAGES = (
    "tensorflow.compat.v1.keras", "tensorflow.compat.v2.keras", "tensorflow.contrib.keras", "tensorflow.python.keras",
    "tensorflow.keras", "tf_keras", "keras",
)  # fmt: skip
"""The names that Keras goes by, each before those that it begins with."""
