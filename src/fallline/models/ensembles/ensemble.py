"""Several trained models as one model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.data.batch import Batch
from fallline.engine import Flat, Prepared, predict, steadily
from fallline.layers import Average, Identity, Input, Tensor, WeightedAverage
from fallline.models import evaluation
from fallline.models.arguments import knows_keras
from fallline.models.cloning import clone_model
from fallline.models.ensembles.checks import checked_members, checked_weights, common_scales
from fallline.models.ensembles.scales import Scale
from fallline.models.ensembles.stacked import Stacked, stacked
from fallline.models.ensembles.uncertainty import Uncertainty, uncertainty
from fallline.models.kinds import KINDS
from fallline.models.model import Model
from fallline.models.rows import check_inputs


class Ensemble(Model):
    """Several trained models with the same inputs and outputs, as one model.

        ensemble = fl.models.Ensemble([first, second, third])
        ensemble.predict(x)                          # the mean of their predictions
        ensemble.uncertainty(x).standard_deviation   # how much they differ

    Its prediction is the weighted mean sum_k w_k f_k(x) of its members'; of members that give logits it is that of their
    probabilities, again as logits. The members may differ in width, depth and kind; those of one structure predict in one
    program, as one network with stacked arrays. It is a model like others: it evaluates, saves and loads (`load_model`),
    and may be a part of other models.

    The members are copied: what is trained later does not change the ensemble. It is compiled as the first of them is.

    Args:
        members: The models; their inputs and outputs have the same shapes and names.
        weights: What each weighs, at least 0; None: all the same. Those that weigh 0 are left out.
        name: The ensemble's name.
        seed: Of what is random at prediction, if anything is.
        dtype_policy: The number types; None: those of the first member.

    Attributes:
        members: The models, copies of those given.
        member_weights: What each weighs; they sum to 1.

    Raises:
        UsageError: there is no member, something is no model, weights do not fit, the arrays of a member are not finite (it
            diverged), or one gives logits and another probabilities.
        ShapeError: inputs or outputs differ.
        NotReadyError: a member does not know its input shape yet.

    Source: Hansen, Salamon, Neural network ensembles (1990); Lakshminarayanan, Pritzel, Blundell, Simple and scalable
    predictive uncertainty estimation using deep ensembles (2017).
    """

    @knows_keras
    def __init__(
        self,
        members: Sequence[Model] = (),
        weights: Any = None,
        name: str | None = None,
        *,
        seed: int | None = None,
        dtype_policy: str | None = None,
    ) -> None:
        given = checked_members("Ensemble", members)
        shares = checked_weights(weights, len(given))
        scales = common_scales(given)
        first = given[0]
        super().__init__(name=name, seed=seed, dtype_policy=dtype_policy or first.network.precision)
        kept = [(model, share) for model, share in zip(given, shares, strict=True) if share > 0]
        copies = [_copied(model, f"member_{number}") for number, (model, _) in enumerate(kept)]
        self._join(copies, [share for _, share in kept], scales)
        if first._compiled is not None:
            self.compile(**first.compile_arguments())

    @classmethod
    def of_parts(
        cls,
        members: Sequence[Model],
        weights: Sequence[float],
        scales: Sequence[Sequence[Any]],
        name: str | None,
        *,
        seed: int | None,
        dtype_policy: str | None,
    ) -> Ensemble:
        """An ensemble of these very models, as a description tells of them; see `Ensemble`.

        Args:
            members: The models.
            weights: What each weighs.
            scales: For each output what its numbers are: a `Scale`.
            name: The ensemble's name.
            seed: As of every model.
            dtype_policy: Likewise.
        """
        ensemble = cls.__new__(cls)
        Model.__init__(ensemble, name=name, seed=seed, dtype_policy=dtype_policy)
        ensemble._join(
            list(members), checked_weights(list(weights), len(members)), tuple(Scale(*one) for one in scales)
        )
        return ensemble

    def _join(self, members: list[Model], shares: Sequence[float], scales: tuple[Scale, ...]) -> None:
        self.members: tuple[Model, ...] = tuple(members)
        self.member_weights = np.asarray(shares, np.float64) / sum(shares)
        self._scales = scales
        self._assemble(*self._ends_like(members[0]))
        self._refreeze()

    @knows_keras
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        *,
        mixing: Any = None,
    ) -> None:
        """As of every model: which loss and metrics `evaluate` computes; the members predict as if compiled so."""
        super().compile(optimizer, loss, loss_weights, metrics, weighted_metrics, mixing=mixing)
        losses = self._require_compiled().losses(self.network)
        for member in self.members:
            member.compile("sgd", list(losses) if len(losses) > 1 else losses[0])

    @property
    def layers(self) -> list[Any]:
        """The inputs, the members, and what averages them."""
        return self._network_parts

    def as_model(self) -> Model:
        """The ensemble as an ordinary functional model: the members as layers, and an average behind them.

        It shares the members' arrays, and predicts the same within rounding.
        """
        model = Model(self.input, self.output, name=self.name, dtype_policy=self.network.precision)
        if self._compiled is not None:
            model.compile(**self.compile_arguments())
        return model

    def predict_each(self, x: Any, batch_size: int | None = None) -> Any:
        """What each member predicts: (members, rows, ...); several outputs packed like `predict`'s.

        Args:
            x: Inputs.
            batch_size: Rows at once; it changes no result.

        Raises:
            DataError, ShapeError: the inputs are wrong.
        """
        evaluation.check_arguments("predict_each", batch_size, None, None, "auto")
        rows = self._checked_rows(x)
        check_inputs(self.name, self.network, rows.x, "")
        variables = self._variables_to_predict()

        def outputs(prepared: Prepared[Stacked]) -> Any:
            return predict(prepared, variables, rows.x, batch_size)

        _, found = steadily(lambda: self._prepared_stack(averages=False), outputs)
        places = np.argsort([number for group in self._groups for number in group])
        return self._packed(jax.tree.map(lambda array: np.moveaxis(array, 1, 0)[places], found))

    def uncertainty(self, x: Any, batch_size: int | None = None) -> Any:
        """How sure the ensemble is of its predictions, see `Uncertainty`; of several outputs packed like `predict`'s.

        Args:
            x: Inputs.
            batch_size: Rows at once; it changes no result.

        Raises:
            DataError, ShapeError: the inputs are wrong.
        """
        each = self.predict_each(x, batch_size)
        several = isinstance(each, dict | list)
        names = list(each) if isinstance(each, dict) else range(len(each)) if several else [None]
        order = sorted(each) if isinstance(each, dict) else names
        scales = dict(zip(order, self._scales, strict=True))
        found = {
            name: uncertainty(each if name is None else each[name], self.member_weights, scales[name])
            for name in names
        }
        if not several:
            single: Uncertainty = found[None]
            return single
        return found if isinstance(each, dict) else list(found.values())

    # Inside

    def _evaluated(self, rows: Batch, batch_size: int | None, steps: int | None, return_dict: bool) -> Any:
        """Loss and metrics of the averaged predictions. Penalties are left out: their sum says nothing of an average."""
        given = evaluation.first(rows, batch_size, steps)
        predicted = self._predicted(given.x, batch_size)
        return self._judge()._evaluated(
            Batch(predicted, given.y, given.weight), batch_size, None, return_dict
        )

    def _predicted(self, x: Any, batch_size: int | None) -> Any:
        """The outputs for checked rows, in the order of the network's."""
        variables = self._variables_to_predict()
        return steadily(self._to_predict, lambda prepared: predict(prepared, variables, x, batch_size))[1]

    def _judge(self) -> Model:
        """A model whose inputs are predictions, which it gives as they are, with the ensemble's losses and metrics."""

        def make() -> Model:
            names = self._output_keys()
            inputs = [Input(shape) for shape in self.network.output_shapes]
            outputs: Any = [Identity(name=name)(item) for name, item in zip(names, inputs, strict=True)]
            if isinstance(self.output, dict):
                outputs = dict(zip(names, outputs, strict=True))
            model = Model(inputs, outputs)
            model.compile(**self.compile_arguments())
            return model

        return self._calls.kept("judge", make, self._traced, self._compiled)

    def _ends_like(self, first: Model) -> tuple[Any, Any]:
        """Inputs as a model has them, and the averages of what the members make of them."""
        made = [
            Input(tensor.row_shape, name=spec.name)
            for tensor, spec in zip(first.inputs, first.network.inputs, strict=True)
        ]
        packed = first.input
        if isinstance(packed, dict):
            places = {name: index for index, name in enumerate(sorted(packed))}
            inputs: Any = {name: made[places[name]] for name in packed}
        else:
            inputs = list(made) if isinstance(packed, list | tuple) else made[0]
        each = [member(inputs) for member in self.members]
        if isinstance(each[0], dict):
            scales = dict(zip(sorted(each[0]), self._scales, strict=True))
            return inputs, {
                name: self._averaged([item[name] for item in each], scales[name], name) for name in each[0]
            }
        if isinstance(each[0], list | tuple):
            names = first.network.output_names
            return inputs, [
                self._averaged([item[index] for item in each], self._scales[index], name)
                for index, name in enumerate(names)
            ]
        return inputs, self._averaged(each, self._scales[0], first.network.output_names[0])

    def _averaged(self, tensors: list[Tensor], scale: Scale, name: str) -> Tensor:
        name = name.replace("/", "_")
        equal = bool(np.ptp(self.member_weights) == 0)
        plain = equal and len(tensors) > 1 and not scale.logits
        layer = (
            Average(name=name)
            if plain
            else WeightedAverage(self.member_weights.tolist(), logits=scale.of_logits, name=name)
        )
        averaged: Tensor = layer(tensors)
        return averaged

    @property
    def _groups(self) -> list[list[int]]:
        """The numbers of the members of each structure."""
        return self._stack(averages=False)[1]

    def _stack(self, *, averages: bool) -> tuple[Stacked, list[list[int]]]:
        def make() -> tuple[Stacked, list[list[int]]]:
            return stacked(
                [member._prediction() for member in self.members],
                self.member_weights.tolist(),
                tuple(scale.of_logits for scale in self._scales),
                averages=averages,
            )

        return self._calls.kept(f"stack {averages}", make, self._traced, self._compiled)

    def _prepared_stack(self, *, averages: bool) -> Prepared[Stacked]:
        return self._calls.prepared(
            f"stack {averages}", lambda: self._stack(averages=averages)[0], self._traced, self._compiled
        )

    def _to_predict(self) -> Prepared[Any]:
        if self.network.draws_always:
            return super()._to_predict()
        return self._prepared_stack(averages=True)

    def _variables_to_predict(self) -> Flat:
        if self.network.draws_always:
            return super()._variables_to_predict()
        held = [holder.held() for holder in self._holders]

        def make() -> Flat:
            variables = [member.run_variables for member in self.members]
            groups = tuple(
                jax.tree.map(lambda *leaves: jnp.stack(leaves), *(variables[number] for number in group))
                for group in self._groups
            )
            return Flat.of(groups)

        return self._calls.kept("stacked variables", make, self.network, *held)


KINDS["ensemble"] = Ensemble


def _copied(model: Model, name: str) -> Model:
    """A model of its own with the same layers and arrays."""
    copy = clone_model(model)
    copy.set_weights(model.get_weights())
    copy.name, copy._named_by_model = name, False
    return copy
