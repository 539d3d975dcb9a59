"""Every error Fallline raises on purpose.

    FalllineError
    ├── UsageError (ValueError)        an argument is wrong, or arguments contradict each other
    │   └── UnknownNameError           a name is in no table; the message suggests the nearest
    │       └── UnknownKeyError (KeyError)  likewise, of what was recorded
    ├── ShapeError (ValueError)        arrays or layers do not fit together
    ├── DataError (ValueError)         the data cannot be used as they are
    ├── NotReadyError (RuntimeError)   a model is used before it is built or compiled
    └── SavedFileError (ValueError)    a saved model or run cannot be read

Every warning, likewise: what was done is done, but perhaps not what was meant.

    FalllineWarning (UserWarning)
    ├── TrainingWarning                a training ended otherwise than planned, or a rule of it never acted
    └── DataWarning                    the data can be used as they are, but are hardly what was meant

A message says where, what came, what was expected, and the remedy, in one to three lines.
"""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path


class FalllineError(Exception):
    """Base of every error that Fallline raises on purpose."""


class UsageError(FalllineError, ValueError):
    """An argument is wrong, or two arguments contradict each other."""


class ShapeError(FalllineError, ValueError):
    """Arrays or layers do not fit together."""


class DataError(FalllineError, ValueError):
    """The data cannot be used as they are."""


class NotReadyError(FalllineError, RuntimeError):
    """A model is used before it is built or compiled."""


class SavedFileError(FalllineError, ValueError):
    """A saved model or run cannot be read."""


class FalllineWarning(UserWarning):
    """Base of every warning about what a person may not have meant."""


class TrainingWarning(FalllineWarning):
    """A training ended otherwise than planned, or a rule of it never acted."""


class DataWarning(FalllineWarning):
    """The data can be used as they are, but are hardly what was meant."""


PACKAGE = str(Path(__file__).parent)


def warn(message: str, category: type[Warning] = FalllineWarning) -> None:
    """Warns at the line of the user's program that called Fallline, each time that it is called.

    Python shows a warning once a line; what holds for one run need not hold for the next of the same line, be it
    in a loop or in a cell of a notebook.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    module = frame.f_globals.get("__name__", "<unknown>")
    warnings.warn_explicit(message, category, frame.f_code.co_filename, frame.f_lineno, module)


class UnknownNameError(UsageError):
    """A name is in no table; the message suggests the nearest one."""

    def __init__(self, noun: str, name: object = None, known: Iterable[str] | None = None) -> None:
        # With one argument, the message, it is raised again, and comes out of a pickle.
        told = (
            "" if known is None else f'unknown {noun} "{name}". {suggestion(str(name), sorted(set(known)))}'
        )
        super().__init__(told or noun)


class UnknownKeyError(UnknownNameError, KeyError):
    """A name is no key of what was recorded; the message suggests the nearest."""

    def __str__(self) -> str:
        return Exception.__str__(self)  # a KeyError shows its message in quotes


def nearest(name: str, known: Iterable[str]) -> str:
    """` Did you mean "adam"?` when a known name is near, else nothing."""
    told = suggestion(name, known)
    return f" {told}" if told.startswith("Did") else ""


def unknown_attribute(thing: object, name: str) -> AttributeError:
    """The error for an attribute that an object does not have, with the nearest that it has."""
    # Names that begin with "_" are asked for by libraries, often.
    near = "" if name.startswith("_") else nearest(name, [each for each in dir(thing) if each[0] != "_"])
    return AttributeError(f"'{type(thing).__name__}' object has no attribute '{name}'.{near}", name=name)


def suggestion(name: str, known: Iterable[str]) -> str:
    """`Did you mean "adam"?` when a known name is near, else the list of known names."""
    known = list(known)
    by_lower = {candidate.casefold(): candidate for candidate in known}
    near = difflib.get_close_matches(name.casefold(), by_lower, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{by_lower[near[0]]}"?'
    shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
    return f"Known: {shown}."


IMAGES = (
    "Fallline is for feedforward networks. Flatten images, or train on features of a convolutional network."
)
SEQUENCES = "Fallline is for feedforward networks. Give a fixed number of columns, e.g. lagged values."
IN_PARTS = "data are arrays: fit(x, y); partial_fit takes them in parts."
TEXT = "text cannot enter a compiled program. Give integers from 0 on; `fallline train` encodes tables."
ACTIVATIONS = (
    "CELU", "GELU", "GLU", "HardSigmoid", "HardSiLU", "HardSwish", "HardTanh", "LogSigmoid", "LogSoftmax", "Mish", "SELU",
    "SiLU", "Sigmoid", "Softplus", "Softsign", "Sparsemax", "Swish", "Tanh",
)  # fmt: skip
ABSENT = {
    **dict.fromkeys(
        [
            "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Convolution2D", "DepthwiseConv2D", "SeparableConv2D",
            "MaxPooling2D", "MaxPool2D", "AveragePooling2D", "AvgPool2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D",
            "UpSampling2D", "ZeroPadding2D", "Cropping2D", "SpatialDropout2D", "applications", "Resizing", "CenterCrop",
            "conv", "conv_transpose", "depthwise_conv", "separable_conv", "average_pool", "max_pool", "image",
        ],
        IMAGES,
    ),
    **dict.fromkeys(
        [
            "Conv1D", "LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "TimeDistributed", "MultiHeadAttention",
            "Attention", "Masking", "ConvLSTM2D", "GlobalAveragePooling1D", "GlobalMaxPooling1D", "MaxPooling1D",
            "SpatialDropout1D", "dot_product_attention", "pad_sequences", "timeseries_dataset_from_array",
        ],
        SEQUENCES,
    ),
    **dict.fromkeys(["StringLookup", "IntegerLookup", "Hashing", "HashedCrossing", "TextVectorization"], TEXT),
    **{name: f'as a layer it is Activation("{name.casefold()}").' for name in ACTIVATIONS},
    **{
        name: f"it is activations.{name}."
        for name in ("hard_shrink", "soft_shrink", "sparsemax", "tanh_shrink", "threshold")
    },
    "ThresholdedReLU": 'as a layer it is Activation(activations.Threshold(theta, 0.0)).',
    **dict.fromkeys(["Sequence", "PyDataset"], IN_PARTS),
    **dict.fromkeys(["serialize_keras_object", "deserialize_keras_object"], "it lies in saving."),
    "preprocessing": "the layers RandomRotation, RandomTranslation, ... augment inside the compiled step. For sequences: "
    "give a fixed number of columns.",
    "wrappers": "fit and predict take arrays as scikit-learn's estimators do.",
    "legacy": "the optimizers here take the arguments of older Keras too: optimizers.Adam.",
    "core": "layers lie in layers: layers.Dense.",
    "Muon": "optax has it, and compile takes any optax.GradientTransformation.",
    "LossScaleOptimizer": "every optimizer has loss_scale_factor.",
    "split_dataset": "data are arrays: validation_split= of fit, or sklearn.model_selection.train_test_split.",
    "get_file": "urllib.request.urlretrieve(address, file) downloads one.",
    "Progbar": "fit(verbose=1) shows its progress; for a loop of your own take rich.progress or tqdm.",
    "CustomObjectScope": "write custom_object_scope(objects).",
    "InputSpec": "what shape a layer takes shows itself when it is called: leave it out, or check it in build.",
    "set_epsilon": "losses keep 1e-7 from 0, Keras's default; layers and optimizers take epsilon=.",
    "set_image_data_format": "images lie as channels_last: leave it out.",
    "load_weights": "write model.load_weights(path).",
    "save_weights": "write model.save_weights(path).",
    "mixed_precision": 'config.set_dtype_policy("mixed_bfloat16").',
    "random": "draw with numpy.random or jax.random.",
    "experimental": "nothing here is.",
    "np_utils": "to_categorical lies in utils.",
    "plot_model": "summary() prints the layers and how they are connected.",
    "get_value": "arrays are values already: numpy.asarray(x).",
    "set_value": "assign model.optimizer.learning_rate between fits; within one use LearningRateScheduler.",
    "get_session": "there is no session; every run is one compiled program.",
    "predict_classes": "write predict(x).argmax(-1), or (predict(x) > 0.5).astype(int) for one unit.",
    "predict_proba": "predict gives the probabilities.",
    "fit_generator": IN_PARTS,
    "evaluate_generator": "data are arrays: evaluate(x, y).",
    "predict_generator": "data are arrays: predict(x).",
    "add_weight": "give it to a layer of your own (fl.layers.Layer has add_weight), and call that.",
    "export": "save writes one file; predict computes from it.",
}  # fmt: skip
"""Names of Keras that have no counterpart -> the reason and the remedy."""

ABSENT_FROM_MODELS = {
    "losses": "objective().network.penalties(run_variables.params) has the penalties; evaluate gives their sum with the loss.",
    "metrics": 'compile_arguments()["metrics"] holds what compile was given, metrics_names the names.',
    "reset_metrics": "every fit and evaluate begins from nothing: leave it out.",
    "reset_states": "nothing is kept from one call to the next: leave it out.",
    "add_loss": "give a layer an activity_regularizer, add_weight a regularizer, or the model a second output with a loss.",
    "add_metric": "give compile a metric, or the model a second output with one.",
    **dict.fromkeys(
        [
            "train_step",
            "test_step",
            "compute_loss",
            "compute_metrics",
            "make_train_function",
            "train_function",
        ],
        "fl.train runs a loss function of your own in the same compiled run.",
    ),
    "predict_step": "predict is one compiled program; layers and models can be called on arrays too.",
}
ABSENT_FROM_OPTIMIZERS = {
    "iterations": "model.optimizer_state.step counts the steps; None before the first.",
    **dict.fromkeys(
        ["variables", "weights", "get_weights", "set_weights"],
        "it holds numbers alone; what it remembers is model.optimizer_state.slots, which may be assigned.",
    ),
    **dict.fromkeys(
        ["apply_gradients", "apply", "minimize", "get_gradients", "compute_gradients", "build"],
        "it is pure: state = optimizer.init(params); params, state = optimizer.update(gradients, state, params). fl.train runs a "
        "loss function of your own.",
    ),
    "lr": "write learning_rate.",
}
ABSENT_FROM_METRICS = {
    **dict.fromkeys(
        ["variables", "weights", "get_weights", "set_weights"],
        "seen() is the statistic of the rows so far, result() its value, reset_state() forgets them.",
    ),
    "reset_states": "write reset_state.",
}
"""Likewise, of models, optimizers and metrics."""


def missing(module: str, name: str, known: Iterable[str]) -> Exception:
    """The error for a name that a module does not have.

    A known name of Keras is a UsageError, since Python drops the text of an AttributeError in `from ... import`.
    """
    if name in ABSENT and not name.startswith("_"):
        return UsageError(f'{module} has no "{name}": {ABSENT[name]}')
    return AttributeError(
        f'module "{module}" has no attribute "{name}". {suggestion(name, known)}', name=name
    )
