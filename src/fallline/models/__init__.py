"""Models: networks with weights and Keras's verbs.

network.py             a chain of layers as pure functions
network_objective.py   network + loss + penalties + metrics, as the engine trains it
compiled.py            what compile was given
model.py               compile, fit, evaluate, predict
sequential.py          a model from a list of layers
evaluation.py          scores and outputs on data
fitting.py             from arrays and arguments to a run of the engine
functions.py           the same for a user's own pure functions
saving.py              files
summary.py             the table of layers
"""

from fallline.layers import Input
from fallline.models.functions import TrainedFunction, train
from fallline.models.model import Model
from fallline.models.network import Network
from fallline.models.network_objective import NetworkObjective
from fallline.models.saving import load_model, save_model
from fallline.models.sequential import Sequential

__all__ = [
    "Input",
    "Model",
    "Network",
    "NetworkObjective",
    "Sequential",
    "TrainedFunction",
    "load_model",
    "save_model",
    "train",
]
