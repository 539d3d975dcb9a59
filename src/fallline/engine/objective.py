"""The narrow waist: whatever can be initialised, scored and differentiated can be trained.

The engine knows nothing but `Objective`. A layer network is one, a define-then-run graph is one, a user's
own pure functions are one (`FunctionObjective`).
"""

from __future__ import annotations

import abc
import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, root_key
from fallline._tree import PyTree, static, tree
from fallline._types import ModelState, Scalar
from fallline.data.batch import Batch as Batch
from fallline.errors import UsageError
from fallline.metrics import Statistic, WeightedMean
from fallline.optimizers import Optimizer, OptimizerState, Problem
from fallline.own.shown import fields_shown


@tree
class Variables:
    """What a network has learned: trained parameters and the state its forward pass keeps.

    Attributes:
        params: Arrays that receive gradients.
        state: Arrays updated without a gradient, such as moving averages.
    """

    params: PyTree
    state: ModelState


@tree
class Evaluated:
    """What a loss leaves beside its value: the new model state, and statistics that add over batches."""

    state: ModelState
    statistics: dict[str, Statistic]


@tree
class Step:
    """What one step leaves.

    Attributes:
        variables: Parameters and model state after the step.
        optimizer: The optimizer's state after it.
        loss: The loss of the batch before it.
        statistics: Of the same batch, likewise.
    """

    variables: Variables
    optimizer: OptimizerState
    loss: Scalar
    statistics: dict[str, Statistic]


@dataclasses.dataclass(frozen=True)
class Parts:
    """A loss taken apart: params -> outputs, and (outputs, params) -> loss."""

    __repr__ = fields_shown

    outputs: Callable[[PyTree], PyTree]
    loss: Callable[[PyTree, PyTree], Scalar]


class StepNumbers(Protocol):
    """What a step is told of the `Numbers` of a run."""

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, with the numbers of this step in the schedules' places."""


class Objective(abc.ABC):
    """What the engine trains: pure functions of arrays. Subclasses are trees; their leaves are numbers.

    Every client writes three of them: `init`, `loss` and `predict`. The others say what few have to say, and come with
    a default.
    """

    # What every client writes

    @abc.abstractmethod
    def init(self, key: Key) -> Variables:
        """Fresh variables, drawn from the key."""

    @abc.abstractmethod
    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        """The mean loss over the rows of a batch, penalties included, and what it leaves.

        Args:
            variables: Parameters and state.
            batch: Rows in their true number: a short last batch arrives short, never padded.
            key: Randomness for this step; unused randomness costs nothing.
            training: Whether dropout, batch statistics and the like are on.
        """

    @abc.abstractmethod
    def predict(self, variables: Variables, x: PyTree) -> PyTree:
        """The outputs for inputs x; where `rows_apart`, each row's output depends on that row alone."""

    # A step that is another than the gradient's

    def advance(
        self, variables: Variables, optimizer: OptimizerState, batch: Batch, key: Key, numbers: StepNumbers
    ) -> Step:
        """One step on a batch: by default the optimizer's, along the gradient of `loss`, then `project`.

        Another body is another training: an operation of a graph, a fused kernel, two optimizers. It is compiled
        into the run as this one is, and judged, recorded and stopped likewise.

        Args:
            variables: Parameters and state before the step.
            optimizer: The state that `numbers.optimizer.init` gave, or the last step left.
            batch: The rows of the step.
            key: Its randomness.
            numbers: Those of the run, with the numbers of this step in the schedules' places.
        """

        def loss(params: PyTree) -> tuple[Scalar, Evaluated]:
            return self.loss(Variables(params, variables.state), batch, key, training=True)

        parts = self.parts(variables, batch, key)
        problem = Problem(loss) if parts is None else Problem(loss, parts.outputs, parts.loss)
        params, after, value, left = numbers.optimizer.step(problem, optimizer, variables.params)
        lengths = numbers.optimizer.step_lengths(optimizer, after) if self.proximal else jnp.zeros(())
        return Step(Variables(self.project(params, lengths), left.state), after, value, left.statistics)

    # Parameters that are held to something

    @property
    def proximal(self) -> bool:
        """Whether `project` takes proximal steps, which belong to steps along the gradient."""
        return False

    @property
    def constrained(self) -> bool:
        """Whether `project` brings parameters back to constraints."""
        return False

    def project(self, params: PyTree, lengths: PyTree) -> PyTree:
        """The parameters after a step, brought back to where they may be: constraints, proximal penalties.

        Args:
            params: The parameters as the optimizer left them.
            lengths: Of that step, where it is proximal (`Optimizer.step_lengths`): one number, or a tree like the
                parameters.
        """
        del lengths
        return params

    # What optimizers, samplers and probes may ask besides

    def about(self, batch: Batch) -> Objective:
        """The objective that knows the rows that are to come, as far as its digits depend on them; by default itself.

        Args:
            batch: The rows, or rows like them, on the host.
        """
        del batch
        return self

    def parts(self, variables: Variables, batch: Batch, key: Key) -> Parts | None:
        """The loss in training as a function of outputs, for Gauss-Newton methods; None where it is not one."""
        del variables, batch, key
        return None

    def observe(self, variables: Variables, batch: Batch, key: Key) -> dict[str, Array]:
        """What the loss of a training step computes on its way, by name (the outputs of layers); by default nothing.

        Computed with the arguments of the step itself it costs nothing: the compiler finds it there already.
        """
        del variables, batch, key
        return {}

    def row_losses(self, variables: Variables, batch: Batch) -> Float[Array, "batch"]:
        """The loss of each row in inference mode, penalties left out, for choosing rows by their error.

        Raises:
            UsageError: the loss is not known row by row.
        """
        raise UsageError("HardExamples needs the loss of each row, which this objective does not tell.")

    # Scores and predictions

    @property
    def fills_up(self) -> bool:
        """Whether `scored` can leave rows out, so that a batch may be filled up with rows that count for nothing."""
        return False

    def scored(
        self, variables: Variables, batch: Batch, rows: Any = None
    ) -> tuple[Scalar, dict[str, Statistic]]:
        """The mean loss and the statistics of a batch in inference mode.

        Args:
            variables: Parameters and state.
            batch: The batch.
            rows: How many rows, from the first on, count; None: all. Only asked for where it `fills_up`.
        """
        del rows
        value, evaluated = self.loss(variables, batch, root_key(0), training=False)
        return value, evaluated.statistics

    @property
    def rows_apart(self) -> bool:
        """Whether each row's prediction depends on that row alone, so that batches may be filled up."""
        return True

    def sample(self, variables: Variables, x: PyTree, key: Key) -> PyTree:
        """Outputs with the random parts of training at work, such as dropout; without such parts `predict`'s."""
        del key
        return self.predict(variables, x)


@tree
class FunctionObjective(Objective):
    """A user's own pure functions as an objective.

    Attributes:
        init_function: `init(key) -> params`.
        loss_function: `loss(params, batch)` or `loss(params, batch, key)`; gives the mean over the batch's
            rows (a scalar), one loss per row (batch,), or either of these with a dict of scalars to record.
            Losses per row are weighted by `batch.weight`; a scalar has to weigh its rows itself.
        predict_function: `predict(params, x) -> outputs`, or None.
        numbers: A tree of numbers passed to the loss as `numbers=`; None if it takes none. They may change,
            and differ between members, without compiling again.
        loss_of_outputs: `(y, outputs, weight) -> scalar`, a loss of what `predict_function` gives, instead of a
            `loss_function`. Methods that take a loss apart, such as Levenberg-Marquardt, need it.
    """

    init_function: Callable[[Key], PyTree] = static()
    loss_function: Callable[..., Any] | None = static()
    predict_function: Callable[[PyTree, PyTree], PyTree] | None = static(default=None)
    numbers: PyTree = None
    loss_of_outputs: Any = None

    def init(self, key: Key) -> Variables:
        """What the user's `init` gives."""
        return Variables(jax.tree.map(jnp.asarray, self.init_function(key)), {})

    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        """The mean of what the user's loss gives, and what it records."""
        del training
        if self.loss_function is None:
            value = self.loss_of_outputs(batch.y, self.predict(variables, batch.x), batch.weight)
            return value, Evaluated({}, {})
        keywords = {} if self.numbers is None else {"numbers": self.numbers}
        arguments = (variables.params, batch, key) if self._takes_key() else (variables.params, batch)
        result = self.loss_function(*arguments, **keywords)
        value, recorded = result if isinstance(result, tuple) else (result, {})
        value = _mean_over_rows(value, batch)
        if not isinstance(recorded, Mapping):
            raise UsageError(
                f"loss function: the second value must be a dict of scalars, got {type(recorded).__name__}."
            )
        for name, item in recorded.items():
            if jnp.shape(item) != ():
                raise UsageError(
                    f'loss function: "{name}" must be a scalar to record, got shape {jnp.shape(item)}.'
                )
            if name == "loss" or name.startswith("val_"):
                raise UsageError(
                    f'loss function: "{name}" cannot be recorded; the run records that name itself.'
                )
        count = jnp.asarray(batch.rows, value.dtype)
        means: dict[str, Statistic] = {
            name: WeightedMean(jnp.asarray(item) * count, count) for name, item in recorded.items()
        }
        return value, Evaluated({}, means)

    def parts(self, variables: Variables, batch: Batch, key: Key) -> Parts | None:
        """The loss as a function of the outputs, where it was given as one."""
        del variables, key
        predict = self.predict_function
        if self.loss_of_outputs is None or predict is None:
            return None
        return Parts(
            lambda params: predict(params, batch.x),
            lambda outputs, _: self.loss_of_outputs(batch.y, outputs, batch.weight),
        )

    def predict(self, variables: Variables, x: PyTree) -> PyTree:
        """What the user's predict function gives.

        Raises:
            UsageError: there is none.
        """
        if self.predict_function is None:
            raise UsageError("this objective has no predict function: pass predict= to train().")
        return self.predict_function(variables.params, x)

    def _takes_key(self) -> bool:
        """Whether the loss has a third argument to fill; one with a default of its own is left alone."""
        assert self.loss_function is not None
        required = [
            parameter
            for parameter in inspect.signature(self.loss_function).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            and parameter.name != "numbers"
            and (parameter.default is parameter.empty or parameter.name == "key")
        ]
        return len(required) >= 3


def _mean_over_rows(value: Any, batch: Batch) -> Scalar:
    value = jnp.asarray(value)
    if value.shape == (batch.rows,):
        weighted = value if batch.weight is None else value * batch.weight.astype(value.dtype)
        return weighted.mean()
    if value.shape == ():
        return value
    raise UsageError(
        f"loss function: expected a scalar or one loss per row ({batch.rows},), got shape {value.shape}."
    )
