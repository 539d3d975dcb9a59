"""Models of the room: Fallline's, with what programs of other years call on them.

A network between symbolic tensors, a chain, a clone, one that is read from a file and a class with `call` are all of these
two classes, see `kinds`.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fallline import models
from fallline.engine.between import Between
from fallline.layers.base.arguments import Unknown
from fallline.old.keras.behaviour import fitting, optimizers, stepwise
from fallline.old.keras.behaviour.added import OfTensors, reads_tensors
from fallline.old.keras.behaviour.compiling import compile_arguments, of_the_room, with_accuracy
from fallline.old.keras.behaviour.eagerly import as_tensors, of_trees
from fallline.old.keras.behaviour.histories import History
from fallline.old.keras.behaviour.kinds import KINDS
from fallline.old.keras.behaviour.observing import observed
from fallline.old.keras.behaviour.own_variables import all_of, called_as_written, own_variables, refuse_fit
from fallline.old.keras.behaviour.pure import all_weights, model_weights, weights_by_name
from fallline.old.keras.behaviour.rates import following
from fallline.old.keras.behaviour.stepwise import Stepwise, held_weights
from fallline.old.keras.behaviour.tensors import in_room, rows_of
from fallline.old.keras.behaviour.weights import Weight
from fallline.old.keras.layers.old_merge import Merge
from fallline.old.notices import say_once

EVALUATED = ("x", "y", "batch_size", "verbose", "sample_weight", "steps")
PREDICTED = ("x", "batch_size", "verbose", "steps")


def _penalties(network: Any, arrays: Any) -> tuple[Any, ...]:
    return tuple(network.penalties(network.arranged(arrays).params))


class Assumed(Unknown):
    """What `call` is told as `training`: true in a condition, as what it guards is a Dropout layer, which knows better."""

    def __bool__(self) -> bool:
        return True


class Model(OfTensors, Stepwise, models.Model):
    """A network between symbolic tensors, or a class with `call`; see `fallline.Model`."""

    uses_learning_phase: ClassVar[bool] = False
    stateful: ClassVar[bool] = False
    run_eagerly: ClassVar[bool] = False
    _assigns_rates = False
    _told_training = Assumed()

    # How it is trained

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Says how the model is trained: the arguments of all years, in the order of any."""
        given = compile_arguments(args, kwargs)
        given["optimizer"] = optimizer = optimizers.get(given.get("optimizer", "rmsprop"))
        loss = given.get("loss")
        self._trained, self._lost = None, loss if reads_tensors(loss) else None
        self._kept_loss = None
        if loss is None or self._lost is not None:
            self._compiled, self._alone = None, optimizer
            return
        self._alone = None
        super().compile(**given)
        self._compiled = of_the_room(self._compiled)

    def _shows_accuracy(self, given: dict[str, Any]) -> None:
        """`show_accuracy=True` of Keras 0, which is a metric since."""
        if not given.pop("show_accuracy", False) or self._compiled is None:
            return
        arguments = self._compiled.arguments()
        metrics = with_accuracy(arguments["metrics"])
        if metrics != arguments["metrics"]:
            state = self._optimizer_state
            self._compiled = of_the_room(type(self._compiled)(**arguments | {"metrics": metrics}))
            self._optimizer_state = state

    def fit(self, *args: Any, **kwargs: Any) -> History:
        """Trains the model: the arguments of all years; data may come from a generator."""
        if not self._steps_itself():
            refuse_fit(self)
        given = fitting.with_batches(fitting.fit_arguments(args, kwargs))
        if self._steps_itself():
            self.history = stepwise.fit(self, given)
            return self.__dict__["history"]
        if self._is_of_tensors():
            given = self._of_tensors(given)
            self.history = self._trained_model(given["y"]).fit(**given)
            return self.__dict__["history"]
        self._shows_accuracy(given)
        self._require_compiled()
        with observed(self, given) as arguments:
            super().fit(**arguments)
        found = self.history
        assert isinstance(found, History)
        return found

    def fit_generator(self, *args: Any, **kwargs: Any) -> History:
        """As `fit`, with a generator; Keras 1 counted an epoch in rows, Keras 2 in batches."""
        return self.fit(**fitting.generator_arguments(args, kwargs))

    def evaluate(self, *args: Any, **kwargs: Any) -> Any:
        """The loss and metrics: the arguments of all years."""
        given = fitting.test_arguments(EVALUATED, args, kwargs)
        if self._is_of_tensors():
            given = self._of_tensors(given)
            return self._trained_model(given["y"]).evaluate(**given)
        self._shows_accuracy(given)
        return super().evaluate(**given)

    def evaluate_generator(self, generator: Any, steps: Any = None, **kwargs: Any) -> Any:
        """As `evaluate`, with a generator."""
        return self.evaluate(generator, **fitting.counted(kwargs, steps))

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs: the arguments of all years."""
        return super().predict(**fitting.test_arguments(PREDICTED, args, kwargs))

    def predict_generator(self, generator: Any, steps: Any = None, **kwargs: Any) -> Any:
        """As `predict`, with a generator."""
        return self.predict(generator, **fitting.counted(kwargs, steps))

    def predict_classes(self, *args: Any, **kwargs: Any) -> NDArray[Any]:
        """The class of each row: that of the largest output, and of one output whether it is above 0.5.

        Source: Keras 2.3, keras/engine/sequential.py.
        """
        outputs = self.predict(*args, **kwargs)
        if outputs.shape[-1] > 1:
            return np.argmax(outputs, axis=-1)
        return (outputs > 0.5).astype("int32")

    def predict_proba(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs, as of a classifier."""
        return self.predict(*args, **kwargs)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for these rows."""
        return self.predict(x)

    def train_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """One step on these rows; Keras 0 had `accuracy=True`."""
        given = fitting.named(("x", "y", "sample_weight", "class_weight"), args, kwargs)
        given["show_accuracy"] = given.pop("accuracy", False)
        self._shows_accuracy(given)
        given.pop("reset_metrics", None)
        return super().train_on_batch(**given)

    def test_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """The loss and metrics on these rows; Keras 0 had `accuracy=True`."""
        given = fitting.named(("x", "y", "sample_weight"), args, kwargs)
        given["show_accuracy"] = given.pop("accuracy", False)
        self._shows_accuracy(given)
        given.pop("reset_metrics", None)
        return super().test_on_batch(**given)

    def reset_metrics(self) -> None:
        """Every evaluation begins anew."""

    def reset_states(self) -> None:
        """No layer here keeps anything from batch to batch that a program would reset."""

    def _between_epochs(self) -> Between | None:
        """A callback of the program may assign the learning rate, which the run then takes over."""
        return following(self) if self._assigns_rates else None

    def __call__(self, inputs: Any, training: Any = None, **kwargs: Any) -> Any:
        """The network on symbolic tensors, as a layer of a larger model, or on arrays as TensorFlow 2 does.

        What it gives for arrays has `numpy()`, and tapes follow the weights.
        """
        del kwargs
        if own_variables(self):
            return called_as_written(self, inputs, training)
        return in_room(super().__call__(as_tensors(inputs), training))

    def _knows_its_network(self) -> bool:
        """Whether there is one: a class of the program's own may hold models and call those alone, never itself."""
        return self._traced is not None or isinstance(self, Sequential)

    def _called_once(self, inputs: Any) -> Any:
        """What `call` gives for tensors of the room."""
        with rows_of(inputs):
            return super()._called_once(in_room(inputs))

    # What it consists of

    @property
    def history(self) -> Any:
        """What the last `fit` recorded, or None."""
        return self.__dict__.get("history")

    @history.setter
    def history(self, found: Any) -> None:
        self.__dict__["history"] = None if found is None else History.of(found, self)

    @property
    def model(self) -> Model:
        """Itself: in Keras 0 and 1 a chain held its network so."""
        return self

    @property
    def weights(self) -> list[Weight]:  # type: ignore[override]
        """All weights, layer by layer."""
        if own_variables(self):
            return all_of(self, "weights")
        return all_weights(self) if self._knows_its_network() else [*chain(*held_weights(self))]

    @property
    def trainable_weights(self) -> list[Weight]:  # type: ignore[override]
        """Those that gradients change."""
        if own_variables(self):
            return all_of(self, "trainable_weights")
        return (model_weights(self) if self._knows_its_network() else held_weights(self))[0]

    @property
    def non_trainable_weights(self) -> list[Weight]:  # type: ignore[override]
        """The others."""
        if own_variables(self):
            return all_of(self, "non_trainable_weights")
        return (model_weights(self) if self._knows_its_network() else held_weights(self))[1]

    @property
    def params(self) -> list[Weight]:
        """Those that gradients change, as Keras 0 named them."""
        return self.trainable_weights

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns."""
        return super().metrics_names

    @property
    def metrics(self) -> list[Any]:
        """The metrics that `compile` was given, each with a name."""
        if self._compiled is None or self._traced is None:
            return []
        if self._steps_itself():
            return self.compiled_loss.metrics
        return [
            metric for head in self.objective().heads for metric in (*head.metrics, *head.weighted_metrics)
        ]

    @property
    def losses(self) -> list[Any]:
        """What the regularizers of its layers add to the loss at the moment."""
        arrays = weights_by_name(self)
        return list(of_trees(_penalties, self.network, arrays))

    def get_input_at(self, node_index: int) -> Any:
        """What it was called on first."""
        del node_index
        return self.input

    def get_output_at(self, node_index: int) -> Any:
        """What its first call gave."""
        del node_index
        return self.output

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = None) -> None:
        """Keras recorded a tensor of the network; here nothing is recorded of it."""
        del value, aggregation
        say_once(f'add_metric("{name}") is not recorded: give compile a metric.')

    def add_update(self, *args: Any, **kwargs: Any) -> None:
        """Layers move their own averages."""


class Sequential(Model, models.Sequential):
    """A chain of layers; see `fallline.Sequential`."""

    _merged: Any = None
    """The inputs of a `Merge` that it begins with."""

    def add(self, layer: Any) -> None:
        """Adds a layer at the end."""
        super().add(layer)

    def _append(self, layer: Any) -> None:
        if isinstance(layer, Merge) and not self._given:
            self._merged, self.source = layer.ends()
        else:
            super()._append(layer)

    def _assemble(self, inputs: Any, outputs: Any) -> None:
        super()._assemble(inputs if self._merged is None else self._merged, outputs)


KINDS["functional"], KINDS["sequential"] = Model, Sequential
