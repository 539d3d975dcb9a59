"""Models: networks with weights and Keras's verbs.

network.py             layers in a graph as pure functions
tracing.py             from symbolic tensors to a network
network_objective.py   network + losses + penalties + metrics, as the engine trains it
compiled.py            what compile was given
structure.py           what a model is made of
assembled.py           a network with its arrays
trainable.py           what it is trained for, its arrays through a run
deferred.py            models that learn their input shape from data; classes with `call`
model.py               compile, fit, evaluate, predict
sequential.py          a model from a list of layers
ensembles/             several trained models as one
evaluation.py          what evaluate and predict share
rows.py                rows as a network takes them
perceptron.py          the perceptron and its rule
lsuv.py                initial weights from data
learning_rate_finder.py  the range test of learning rates
kinds.py               the kinds of models that a description tells apart
configuration.py       models as configurations, and back; cloning.py
saving.py, loading.py  files
stored.py              a model that can be written down
summary.py             the table of layers
"""

from fallline.layers import Input
from fallline.models.cloning import clone_model, model_from_json
from fallline.models.ensembles import (
    Ensemble,
    Selection,
    Soup,
    Uncertainty,
    greedy_selection,
    greedy_soup,
    snapshot_ensemble,
    uniform_soup,
    update_batch_statistics,
)
from fallline.models.learning_rate_finder import LearningRateRange, find_learning_rate
from fallline.models.loading import load_model
from fallline.models.lsuv import LayerVariance, lsuv
from fallline.models.model import Model
from fallline.models.network import Network
from fallline.models.network_objective import Head, NetworkObjective
from fallline.models.perceptron import Perceptron, novikoff_bound
from fallline.models.saving import save_model
from fallline.models.sequential import Sequential
from fallline.training import TrainedFunction, train

__all__ = [
    "Ensemble",
    "Head",
    "Input",
    "LayerVariance",
    "LearningRateRange",
    "Model",
    "Network",
    "NetworkObjective",
    "Perceptron",
    "Selection",
    "Sequential",
    "Soup",
    "TrainedFunction",
    "Uncertainty",
    "clone_model",
    "find_learning_rate",
    "greedy_selection",
    "greedy_soup",
    "load_model",
    "lsuv",
    "model_from_json",
    "novikoff_bound",
    "save_model",
    "snapshot_ensemble",
    "train",
    "uniform_soup",
    "update_batch_statistics",
]
