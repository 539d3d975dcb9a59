"""Models that keep variables of their own: their `call` runs at once, operation by operation, as in TensorFlow 2.

A network of layers is one program, and its weights are those of its layers. A class that keeps a `tf.Variable` on itself is no
such network: it is called as it is written, tapes follow its variables, and the program trains it by itself.
"""

from __future__ import annotations

import inspect
from typing import Any

from fallline.errors import UsageError
from fallline.old.tensorflow.second.core.calling import as_tensors
from fallline.old.tensorflow.second.core.evaluation import flat
from fallline.old.tensorflow.second.core.variables import Variable


def own_variables(model: Any) -> list[Variable]:
    """The variables that a model keeps, in its attributes and in lists and dictionaries there."""
    return [each for each in flat(_kept(model)) if isinstance(each, Variable)]


def all_of(model: Any, which: str) -> list[Any]:
    """The variables of such a model, and those of layers and models that it keeps.

    Args:
        model: The model.
        which: "weights", "trainable_weights" or "non_trainable_weights".
    """
    found: list[Any] = []
    for each in flat(_kept(model)):
        if isinstance(each, Variable):
            if which == "weights" or each.trainable == (which == "trainable_weights"):
                found.append(each)
        elif hasattr(each, "trainable_weights") and each is not model:
            found += getattr(each, which)
    return list(dict.fromkeys(found))


def _kept(model: Any) -> list[Any]:
    return [value for name, value in vars(model).items() if not name.startswith("_")]


def called_as_written(model: Any, inputs: Any, training: Any) -> Any:
    """What `call` gives for tensors."""
    takes = inspect.signature(model.call).parameters
    given = {"training": training} if "training" in takes and training is not None else {}
    return model.call(as_tensors(inputs), **given)


def refuse_fit(model: Any) -> None:
    """Refuses to train such a model as a network.

    Raises:
        UsageError: it keeps variables of its own.
    """
    if found := own_variables(model):
        raise UsageError(
            f"{type(model).__name__}.fit: {found[0].name} is a tf.Variable on the model itself, which fit does not train here. Keep "
            "it on a layer (self.w = tf.Variable(...) in its __init__, or add_weight), or train by tf.GradientTape."
        )
