"""A graph as an objective: the same nodes, trained in the engine's compiled run instead of a loop around `sess.run`.

objective = tf.objective(cost, inputs=x, targets=y, outputs=softmax, metrics={"accuracy": accuracy},
                         feeds={keep_prob: (0.5, 1.0)})
trained = fl.train(objective, data=(images, labels), optimizer="adam", epochs=20, validation_split=0.2)
objective.load(trained, sess)           # the session's variables take the trained values
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline._random import Key
from fallline._tree import PyTree, static, tree
from fallline._types import Scalar
from fallline.engine.objective import Batch, Evaluated, Objective, Variables
from fallline.errors import UsageError
from fallline.graph.core.building import listed
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.graph import Graph, GraphKeys
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.core.variables import Variable
from fallline.graph.running.form import Form
from fallline.graph.running.plan import MissingError, Plan, plan_of
from fallline.graph.running.session import BaseSession
from fallline.metrics import Statistic, WeightedMean

__all__ = [
    "objective",
]


@dataclasses.dataclass(frozen=True)
class Part:
    """A program of the graph, with what its arguments and results are, by name: equal graphs have equal parts.

    Attributes:
        form: The program.
        written: The variables that it writes.
        made: Those that it writes first.
        read: Those that it reads.
        states: Shape of each state of a random operation.
        constants: Places among the objective's constants.
        fed: For each fed tensor where its value comes from: ("x", 0), ("y", 1), ("weight", 0), ("feed", 0).
        kinds: The type that each fed tensor takes.
        told: How many truth values and values tell of broken rules, for each check.
    """

    form: Form
    written: tuple[str, ...]
    made: tuple[str, ...]
    read: tuple[str, ...]
    states: tuple[tuple[int, ...], ...]
    constants: tuple[int, ...]
    fed: tuple[tuple[str, int], ...]
    kinds: tuple[str, ...]
    told: tuple[int, ...]

    def __call__(
        self,
        values: Mapping[str, Any],
        feeds: Mapping[tuple[str, int], Any],
        key: Key,
        constants: Sequence[Any],
        states: Sequence[Any] = (),
    ) -> tuple[dict[str, Any], Any, list[Any]]:
        """The new values of variables, whether a rule was broken, and the results; states that are None are drawn."""
        states = [
            jax.random.bits(jax.random.fold_in(key, place), shape, jnp.uint32) if state is None else state
            for place, (shape, state) in enumerate(
                zip(self.states, states or (None,) * len(self.states), strict=True)
            )
        ]
        with warnings.catch_warnings():
            # Numbers of 64 bits, such as the places that argmax gives, are of 32 in the compiled run.
            warnings.filterwarnings("ignore", "Explicitly requested dtype .* is not available", UserWarning)
            given = [
                jnp.asarray(feeds[at]).astype(kind) for at, kind in zip(self.fed, self.kinds, strict=True)
            ]
            results = self.form(
                *(values[name] for name in (*self.written, *self.read)),
                *states,
                *(constants[place] for place in self.constants),
                *given,
            )
        names = (*self.written, *self.made)
        new = dict(zip(names, results, strict=False))
        place = len(names) + len(states)
        broken: Any = False
        for number in self.told:
            broken = jnp.logical_or(broken, results[place])
            place += 1 + number
        return new, broken, list(results[place:])


@tree
class GraphObjective(Objective):
    """A cost of a graph, as the engine trains it.

    Attributes:
        constants: Large constants of the graph.
        seeded: States of the initial values' random operations; None for one without a seed.
        start: Values to begin from, by the names of the variables; those that are missing are drawn.
        feeds: For each tensor that is fed a number: the number in training, and in inference.
        initial: Gives all variables their initial values.
        training: The cost with its updates and metrics, in training.
        inference: The cost with its metrics.
        predicting: The outputs.
        trainable: The names of the variables that are trained.
        kept: The names of those that are only kept.
        names: The names of the metrics.
        single: Whether there is one output, which is given by itself.
        inputs: The names of the inputs, where there are several.
        outputs: The names of the targets, where there are several.
    """

    constants: tuple[Any, ...]
    seeded: tuple[Any, ...]
    start: dict[str, Any]
    feeds: tuple[tuple[Any, Any], ...]
    initial: Part = static()
    training: Part = static()
    inference: Part = static()
    predicting: Part | None = static()
    trainable: tuple[str, ...] = static()
    kept: tuple[str, ...] = static()
    names: tuple[str, ...] = static()
    single: bool = static()
    inputs: tuple[str, ...] | None = static()
    outputs: tuple[str, ...] | None = static()

    def init(self, key: Key) -> Variables:
        """The initial values: by the seeds of the graph where it has some, else drawn from the key."""
        drawn, _, _ = self.initial({}, {}, key, self.constants, self.seeded)
        values = drawn | {name: jnp.asarray(value) for name, value in self.start.items()}
        return Variables(
            {name: values[name] for name in self.trainable}, {name: values[name] for name in self.kept}
        )

    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        """The cost of a batch, with the values that update operations leave, and the metrics.

        A broken rule (a label out of range, say) makes the cost NaN, which ends the run with its outcome.
        """
        part = self.training if training else self.inference
        values = variables.params | variables.state
        new, broken, results = part(values, self._fed(batch, training), key, self.constants)
        value, *scores = results
        value = jnp.where(broken, jnp.nan, value)
        state = {name: new.get(name, old) for name, old in variables.state.items()}
        count = jnp.asarray(batch.rows, jnp.float32)
        statistics: dict[str, Statistic] = {
            name: WeightedMean(jnp.asarray(score, jnp.float32) * count, count)
            for name, score in zip(self.names, scores, strict=True)
        }
        return value, Evaluated(state, statistics)

    def predict(self, variables: Variables, x: PyTree) -> PyTree:
        """The outputs for inputs x.

        Raises:
            UsageError: the objective was made without outputs.
        """
        if self.predicting is None:
            raise UsageError(
                "predict: tf.objective was made without outputs=; name the tensor that predictions are."
            )
        feeds = self._fed(Batch(x, None), training=False)
        _, _, results = self.predicting(
            variables.params | variables.state, feeds, jax.random.key(0), self.constants
        )
        return results[0] if self.single else tuple(results)

    @property
    def rows_apart(self) -> bool:
        """A graph may compute over all rows of a batch, so none are added to fill it up."""
        return False

    def _fed(self, batch: Batch, training: bool) -> dict[tuple[str, int], Any]:
        feeds: dict[tuple[str, int], Any] = {}
        for role, given in (("x", batch.x), ("y", batch.y), ("weight", batch.weight)):
            parts = given if isinstance(given, tuple) else (given,)
            feeds |= {(role, place): part for place, part in enumerate(parts) if part is not None}
        for place, pair in enumerate(self.feeds):
            feeds["feed", place] = pair[0 if training else 1]
        return feeds

    def load(self, trained: Any, session: BaseSession) -> None:
        """Gives the variables of a session the values that training left.

        Args:
            trained: What `fl.train` gave.
            session: A session of the graph that the objective was made of.

        Raises:
            GraphError: the session's graph has not these variables.
        """
        variables = trained._variables
        for name, value in (variables.params | variables.state).items():
            session.set_value(session.graph.get_operation_by_name(name), np.asarray(value))


def objective(
    cost: Any,
    inputs: Any,
    targets: Any = None,
    *,
    outputs: Any = None,
    metrics: Mapping[str, Any] | None = None,
    feeds: Mapping[Any, Any] | None = None,
    weights: Any = None,
    updates: Any = None,
    var_list: Sequence[Variable] | None = None,
    session: BaseSession | None = None,
) -> GraphObjective:
    """A cost of a graph as an objective, for `fl.train`.

    Args:
        cost: A scalar tensor of floats: the mean over the rows of what is fed.
        inputs: The placeholder of the rows, or a list of them.
        targets: The placeholder of their targets, or a list of them; None: the cost needs none.
        outputs: The tensor, or tensors, that `predict` gives.
        metrics: Name -> scalar tensor to record beside the cost, a mean over the rows.
        feeds: Tensor -> the value in training and in inference, such as `{keep_prob: (0.5, 1.0), training: (True, False)}`;
            one value alone serves both.
        weights: The placeholder of one weight a row, fed by `sample_weight`.
        updates: Operations that run with each training step; by default those of `GraphKeys.UPDATE_OPS`.
        var_list: The variables that are trained; by default all trainable ones that the cost depends on.
        session: Where training begins: at the values of this session. None: at freshly drawn ones.

    Raises:
        GraphTypeError: the cost is no scalar of floats, or an input is no tensor.
        GraphError: the cost depends on placeholders that nothing feeds (they are named), or on no trainable variable.
    """
    maker = _Maker(cost, inputs, targets, feeds or {}, weights)
    return maker.made(outputs, metrics or {}, updates, var_list, session)


class _Maker:
    """What the parts of one objective share: roles of fed tensors, and constants."""

    def __init__(self, cost: Any, inputs: Any, targets: Any, feeds: Mapping[Any, Any], weights: Any) -> None:
        self.graph: Graph = cost.graph if isinstance(cost, Tensor) else _no_tensor("cost", cost)
        self.cost = self._tensor("cost", cost)
        if not cost.dtype.is_floating or (cost.sizes not in (None, ())):
            raise GraphTypeError(
                f"tf.objective: the cost must be a scalar of floats, got {cost!r}. tf.reduce_mean(cost) makes one."
            )
        self.inputs = [self._tensor("inputs", each) for each in listed(inputs)]
        self.targets = [] if targets is None else [self._tensor("targets", each) for each in listed(targets)]
        self.roles: dict[Tensor, tuple[str, int]] = {}
        for role, tensors in (("x", self.inputs), ("y", self.targets)):
            self.roles |= {tensor: (role, place) for place, tensor in enumerate(tensors)}
        if weights is not None:
            self.roles[self._tensor("weights", weights)] = ("weight", 0)
        self.feeds: list[tuple[Any, Any]] = []
        for place, (given, value) in enumerate(feeds.items()):
            tensor = self._tensor("feeds", given)
            self.roles[tensor] = ("feed", place)
            pair = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
            first, second = (np.asarray(each, tensor.dtype.numpy) for each in pair)
            self.feeds.append((first, second))
        self.constants: dict[Operation, int] = {}
        self.several = isinstance(inputs, list | tuple), isinstance(targets, list | tuple)

    def _tensor(self, what: str, given: Any) -> Tensor:
        if not (isinstance(given, Tensor | str) or hasattr(given, "_as_graph_element")):
            _no_tensor(what, given)
        return self.graph.as_graph_element(given, allow_operation=False)

    def made(
        self,
        outputs: Any,
        metrics: Mapping[str, Any],
        updates: Any,
        var_list: Any,
        session: BaseSession | None,
    ) -> GraphObjective:
        if updates is None:
            updates = self.graph.get_collection(GraphKeys.UPDATE_OPS)
        found = [self.graph.as_graph_element(each) for each in updates]
        operations = [each.op if isinstance(each, Tensor) else each for each in found]
        scores = [self._tensor(f"metrics[{name!r}]", each) for name, each in metrics.items()]
        wanted = None if outputs is None else [self._tensor("outputs", each) for each in listed(outputs)]
        training = self._plan([self.cost, *scores, *operations])
        inference = self._plan([self.cost, *scores])
        predicting = None if wanted is None else self._plan(wanted)
        plans = [each for each in (training, inference, predicting) if each is not None]
        variables = list(
            dict.fromkeys(op for plan in plans for op in (*plan.written, *plan.made, *plan.read))
        )
        trained = self._trained(variables, inference, var_list)
        kept = [each for each in variables if each not in trained]
        initial = plan_of([each.attributes["variable"].initializer for each in variables], [], {})
        start = {}
        if session is not None:
            start = {each.name: session.value(each) for each in variables}
        parts = [
            None if plan is None else self._part(plan) for plan in (initial, training, inference, predicting)
        ]
        assert parts[0] is not None
        assert parts[1] is not None
        assert parts[2] is not None
        return GraphObjective(
            constants=tuple(jnp.asarray(each.attributes["value"]) for each in self.constants),
            seeded=tuple(
                None if callable(each.state) else jnp.asarray(each.state) for each in initial.states
            ),
            start=start,
            feeds=tuple(self.feeds),
            initial=parts[0],
            training=parts[1],
            inference=parts[2],
            predicting=parts[3],
            trainable=tuple(each.name for each in trained),
            kept=tuple(each.name for each in kept),
            names=tuple(metrics),
            single=wanted is not None and not isinstance(outputs, list | tuple),
            inputs=tuple(each.op.name for each in self.inputs) if self.several[0] else None,
            outputs=tuple(each.op.name for each in self.targets) if self.several[1] else None,
        )

    def _plan(self, fetches: Sequence[Tensor | Operation]) -> Plan:
        try:
            return plan_of(fetches, list(self.roles), _Everything())
        except MissingError as missing:
            names = ", ".join(each.name for each in missing.placeholders)
            raise GraphError(
                f"tf.objective: nothing feeds {names}. Name them among inputs or targets, or give their values for training and "
                f"inference: feeds={{{names.split(', ')[0]}: (0.5, 1.0)}}."
            ) from None

    def _trained(self, variables: Sequence[Operation], plan: Plan, var_list: Any) -> list[Operation]:
        if var_list is not None:
            chosen = [each.op for each in var_list]
        else:
            chosen = [each.op for each in self.graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)]
        found = [each for each in variables if each in chosen and each.outputs[0].dtype.is_floating]
        if not any(each in plan.read for each in found):
            raise GraphError(f"tf.objective: {self.cost.name} depends on no trainable variable.")
        for each in found:
            if each.outputs[0].dtype.base_dtype.name == "float64" and not jax.config.values["jax_enable_x64"]:
                raise UsageError(
                    f"tf.objective: variable {each.name} is float64, and the compiled run computes in 32 bits: make it "
                    'tf.float32, or call jax.config.update("jax_enable_x64", True) first.'
                )
        return found

    def _part(self, plan: Plan) -> Part:
        for each in plan.constants:
            self.constants.setdefault(each, len(self.constants))
        return Part(
            form=plan.form,
            written=tuple(each.name for each in plan.written),
            made=tuple(each.name for each in plan.made),
            read=tuple(each.name for each in plan.read),
            states=tuple(np.shape(_first(each)) for each in plan.states),
            constants=tuple(self.constants[each] for each in plan.constants),
            fed=tuple(self.roles[each] for each in plan.fed),
            kinds=tuple(each.dtype.base_dtype.name for each in plan.fed),
            told=tuple(number for _, number in plan.checks),
        )


class _Everything:
    """Every variable has a value."""

    def __contains__(self, _: object) -> bool:
        return True


def _first(operation: Operation) -> Any:
    return operation.state() if callable(operation.state) else operation.state


def _no_tensor(what: str, given: Any) -> Any:
    raise GraphTypeError(f"tf.objective: {what} must be a tensor of a graph, got {given!r}.")
