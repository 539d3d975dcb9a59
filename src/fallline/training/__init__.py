"""Training: the one door from rows and callbacks to a run of the engine, for whatever can be trained.

rows.py        from arrays in Keras's words to rows that a run takes
split_off.py   whether the last rows may stand for the others
listed.py      callbacks as a user lists them: rules, probes, and those who look
fitting.py     a run with callbacks looking on, and its history
ended.py       endings that a person would miss
functions.py   the same for a user's own pure functions
"""

from fallline.training.fitting import fit
from fallline.training.functions import TrainedFunction, train
from fallline.training.rows import BATCH_SIZE, training_data

__all__ = ["BATCH_SIZE", "TrainedFunction", "fit", "train", "training_data"]
