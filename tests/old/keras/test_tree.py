"""The modules of `keras` in every year."""

import importlib
import pkgutil

import pytest

import fallline.old.keras as keras
from fallline.old import age
from fallline.old.age import Age

MODULES = sorted(
    each.name
    for each in pkgutil.walk_packages(keras.__path__, f"{keras.__name__}.")
    if ".behaviour" not in each.name
)
NAMES = [
    "activations.softmax",
    "applications.VGG16",
    "backend.mean",
    "callbacks.Dense",
    "callbacks.EarlyStopping",
    "constraints.maxnorm",
    "constraints.max_norm",
    "datasets.mnist.load_data",
    "datasets.imdb.get_word_index",
    "datasets.california_housing.load_data",
    "engine.topology.Layer",
    "engine.base_layer.Layer",
    "engine.training.Model",
    "estimator.model_to_estimator",
    "initializations.normal",
    "initializers.VarianceScaling",
    "layers.Merge",
    "layers.StringLookup",
    "layers.TFSMLayer",
    "layers.advanced_activations.PReLU",
    "layers.convolutional.Conv2D",
    "layers.core.Activation",
    "layers.core.Dense",
    "layers.core.Dropout",
    "layers.core.Lambda",
    "layers.core.Layer",
    "layers.core.RepeatVector",
    "layers.embeddings.Embedding",
    "layers.merge.concatenate",
    "layers.noise.AlphaDropout",
    "layers.normalization.BatchNormalization",
    "layers.recurrent.JZS1",
    "layers.regularizers.l2",
    "layers.wrappers.TimeDistributed",
    "legacy.layers.Merge",
    "losses.MSE",
    "losses.mae",
    "losses.mse",
    "losses.kld",
    "losses.cosine_proximity",
    "metrics.mse",
    "mixed_precision.Policy",
    "models.Graph",
    "models.Sequential",
    "models.model_from_json",
    "models.slice_X",
    "objectives.binary_crossentropy",
    "ops.matmul",
    "optimizers.adam",
    "optimizers.legacy.Adam",
    "optimizers.schedules.ExponentialDecay",
    "optimizers.sgd",
    "preprocessing.image.ImageDataGenerator",
    "preprocessing.sequence.pad_sequences",
    "preprocessing.text.Tokenizer",
    "preprocessing.text.one_hot",
    "random.SeedGenerator",
    "regularizers.WeightRegularizer",
    "regularizers.activity_l1",
    "regularizers.l1l2",
    "saving.load_model",
    "tree.flatten",
    "utils.CustomObjectScope",
    "utils.Progbar",
    "utils.PyDataset",
    "utils.Sequence",
    "utils.generic_utils.Progbar",
    "utils.get_file",
    "utils.model_to_dot",
    "utils.np_utils",
    "utils.np_utils.to_categorical",
    "utils.plot_model",
    "utils.vis_utils.model_to_dot",
    "utils.visualize_util.plot",
    "wrappers.scikit_learn.KerasClassifier",
    "wrappers.scikit_learn.KerasRegressor",
    "Input",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Sequential",
    "Variable",
]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported(name):
    assert importlib.import_module(name).__doc__


@pytest.mark.parametrize("name", NAMES)
def test_the_names_of_the_years_are_there(name):
    found = keras
    for part in name.split("."):
        found = getattr(found, part)
    assert found is not None


def test_a_star_gives_the_layers():
    given = {}
    exec("from fallline.old.keras.layers.core import *", given)
    assert {"Dense", "Dropout", "Activation"} <= set(given)


@pytest.mark.parametrize(
    ("told", "version"),
    [
        (Age(), "2.15.0"),
        (Age(keras_before=(1, 0)), "0.3.3"),
        (Age(keras_before=(2, 0)), "1.2.2"),
        (Age(keras_before=(2, 3)), "2.2.5"),
        (Age(keras_from=(3, 0)), "3.15.1"),
    ],
)
def test_the_version_follows_the_age(told, version):
    with age.of(told):
        assert keras.__version__ == keras.version() == version
