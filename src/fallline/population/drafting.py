"""From members to groups: each network described by its numbers, and those of one structure trained as one program."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from fallline._tree import named_leaves, replace
from fallline.callbacks import TerminateOnNaN
from fallline.data.batch import Batch
from fallline.data.sampling import HardExamples
from fallline.engine import Data, Numbers, Share, Variables
from fallline.engine.monitoring import check_monitor, watched_name
from fallline.engine.scoring import fresh_variables
from fallline.errors import UsageError
from fallline.models import Model
from fallline.models.planned import Planned, planned
from fallline.optimizers import SGD
from fallline.own.reads import reads
from fallline.own.shown import fields_shown
from fallline.population.board import Work
from fallline.population.builder import Builder, described, same_settings
from fallline.population.group import Group
from fallline.population.member import Member
from fallline.population.rows import Rows
from fallline.training.listed import bound_plan, split_callbacks


@dataclasses.dataclass(frozen=True)
class Example:
    """What a run of the population records.

    Attributes:
        directions: Recorded name without `val_` -> "min" or "max", whichever is better; None where that is not known.
        watched: Whether there are validation rows.
        measures: Whether there are probes; what they measure is known once they do.
        rules: What rules record besides.
    """

    __repr__ = fields_shown

    directions: Mapping[str, str | None]
    watched: bool
    measures: bool = False
    rules: Sequence[str] = ()

    def require_recorded(self, monitor: Any, mode: Any) -> None:
        """Refuses a value by which members cannot be compared.

        Raises:
            UsageError: it is no name, or nothing is recorded under it; the message suggests the nearest.
        """
        check_monitor("Population.fit", monitor, mode)
        names = list(dict.fromkeys(["loss", *self.directions]))
        names += [f"val_{name}" for name in names] if self.watched else []
        if not self.measures:
            watched_name("Population.fit", monitor, dict.fromkeys([*names, *self.rules]))


class Drafting:
    """Makes members trainable, and knows which of them share a program and data.

    Args:
        builder: Makes the models.
        rows: What they are trained on.

    Attributes:
        like: A row of the data, as the networks take it; None before the first member.

    Raises:
        UsageError: see `Builder`; a callback looks at one network alone.
    """

    def __init__(self, builder: Builder, rows: Rows) -> None:
        self._builder = builder
        self._rows = rows
        self.like: Batch | None = None
        self._ready: dict[Hashable, Planned] = {}
        self._groups: dict[Hashable, Group] = {}
        self._last: tuple[Member, Group, Work] | None = None
        self._seeds_alike: bool | None = None

    @property
    def groups(self) -> list[Group]:
        """The groups met so far, in the order of their first member."""
        return list(self._groups.values())

    @property
    def validation(self) -> Batch | None:
        """The validation rows of all members; None where there are none, or each fold has its own."""
        found = [ready.data.validation for ready in self._ready.values()]
        return found[0] if found and not self._rows.shares else None

    def example(self, settings: Mapping[str, Any], seed: int) -> Example:
        """What a run with these settings records."""
        member = Member(0, 0, dict(settings), seed, 0 if self._rows.shares else None)
        ready, model = self._planned(member, self._builder.model(settings, seed))
        objective = model.objective(ready.data.train)
        rules, _, probes = split_callbacks(self._builder.callbacks_for(member.settings))
        numbers = Numbers(objective, model.optimizer or SGD(), rules, seed)
        return Example(
            objective.directions,
            ready.data.validation is not None,
            bool(probes),
            [name for rule in rules for name in rule.records(numbers)],
        )

    def digest(self) -> str:
        """By what the data are told from others."""
        total = 0
        for ready in self._ready.values():
            for leaf in jax.tree.leaves((ready.data.train, ready.data.validation)):
                array = np.ascontiguousarray(leaf)
                total = zlib.crc32(array.data, total)
                total = zlib.crc32(repr((array.shape, str(array.dtype))).encode(), total)
        return f"{total:08x}"

    def draft(self, member: Member, until: int) -> tuple[Group, Work]:
        """A member as it is trained, and the group that it belongs to.

        Raises:
            UsageError, DataError, ShapeError: the builder or `fit` refuses its settings; the message names them.
        """
        last = self._last
        if last is None or not same_settings(last[0].settings, member.settings):
            group, work = self._drafted(member, until)
            self._last = (member, group, work) if work.start is None else None
            return group, work
        # Another seed or fold of the last candidate: the builder need not make the same network once more.
        _, group, work = last
        share = Share() if member.fold is None else self._rows.shares[member.fold]
        numbers = replace(work.numbers, seed=member.seed, share=share).canonical()
        if self._seeds_alike is None and member.seed != last[0].seed:
            # Whether it is the same is asked once: a builder may put its seed anywhere.
            own_group, own = self._drafted(member, until)
            self._seeds_alike = own.start is None and own_group is group and _alike(own.numbers, numbers)
            return own_group, own
        if not self._seeds_alike and member.seed != last[0].seed:
            return self._drafted(member, until)
        if _structure(numbers) != _structure(work.numbers):
            return self._drafted(member, until)  # folds of other sizes
        member.params = last[0].params
        return group, Work(member, numbers, until)

    def _drafted(self, member: Member, until: int) -> tuple[Group, Work]:
        model = self._builder.model(member.settings, member.seed)
        ready, model = self._planned(member, model)
        self._builder.require_own_layers(model, member.settings)
        rules, observers, probes = split_callbacks(self._builder.callbacks_for(member.settings))
        # A member that diverges ends anyway.
        others = [each for each in observers if not isinstance(each, TerminateOnNaN) or each.raise_error]
        if others:
            raise UsageError(
                f"Population: {type(others[0]).__name__} looks at one network; a population takes rules (EarlyStopping, "
                "ReduceLROnPlateau, LearningRateScheduler) and probes. What was recorded is in population.members."
            )
        objective = model.objective(ready.data.train)
        optimizer = model.optimizer
        assert optimizer is not None
        sampler = ready.plan.sampling if isinstance(ready.plan.sampling, HardExamples) else None
        own = dataclasses.replace(ready.plan, optimizer=optimizer, probes=probes)
        bound = bound_plan(own, rules, objective.directions, ready.data.train)
        objective = objective.about(ready.data.train)
        member.params = {
            "epochs": bound.epochs,
            "initial_epoch": bound.initial_epoch,
            "steps": bound.steps_per_epoch or -(-ready.data.train.rows // bound.batch_size),
            "batch_size": bound.batch_size,
            "validation_freq": bound.validation_freq,
        }
        share = Share() if member.fold is None else self._rows.shares[member.fold]
        numbers = Numbers(
            objective, optimizer, bound.rules, member.seed, bound.probes, sampler, share
        ).canonical()
        plan = dataclasses.replace(
            bound,
            optimizer=None,
            rules=(),
            probes=(),
            seed=None,
            sampling=None if sampler is not None else bound.sampling,
        )
        key = (id(ready.data), plan_key(plan), _structure(numbers))
        if key not in self._groups:
            self._groups[key] = Group(objective, ready.data, plan)
        return self._groups[key], Work(member, numbers, until, _start(model))

    def revived(self, member: Member) -> Model:
        """The member's network as an ordinary model."""
        model = self._builder.model(member.settings, member.seed)
        self._shape(model)
        # Somebody who was cut off within a stretch has what it held before.
        arrays = member.arrays or (member.saved.arrays if member.saved is not None else None)
        if arrays is not None:
            like = {
                "variables": jax.eval_shape(lambda: fresh_variables(model.objective(), 0)),
                "optimizer": model._empty_optimizer_state(),
            }
            leaves = [jax.numpy.array(arrays[name]) for name in named_leaves(like)]
            held = jax.tree.unflatten(jax.tree.structure(like), leaves)
            model._hold_arrays(model.network.arrays(held["variables"]))
            model._optimizer_state = held["optimizer"]
        model.history = member.history
        model._fits = 1
        return model

    def _planned(self, member: Member, model: Model) -> tuple[Planned, Model]:
        """What training such a model takes; made once for models that take the same."""
        own = self._builder.fit_arguments(member.settings)
        self._shape(model)
        key = None if model._traced is None else self._key(own, model)
        if key is None or key not in self._ready:
            arguments = {**self._rows.arguments, **own}
            try:
                ready = planned(model, self._rows.x, self._rows.y, seed=member.seed, **arguments)
            except (UsageError, ValueError, TypeError) as error:
                error.add_note(f"This is the member with {described(member.settings)}.")
                raise
            if self._rows.shares:
                whole = ready.data.train
                ready = dataclasses.replace(ready, data=Data(whole, whole))
            self.like = ready.data.train.cut(0, 1)
            key = self._key(own, model)
            self._ready[key] = dataclasses.replace(ready, data=self._same(ready.data))
        return self._ready[key], model

    def _shape(self, model: Model) -> None:
        """Tells a model that learns its input shape from data what the data are, where they are known."""
        if model._traced is None and self.like is not None:
            if isinstance(self._rows.x, Mapping):
                model._keys = tuple(sorted(self._rows.x))
            model._shaped_by(self.like)

    def _key(self, own: Mapping[str, Any], model: Model) -> Hashable:
        objective = replace(model.objective(), mixing=None)
        arguments = tuple((name, reads(value)) for name, value in sorted(own.items()))
        return arguments, jax.tree.structure(objective)

    def _same(self, data: Data) -> Data:
        """Data that are there already, where these are equal: they are held once."""
        for ready in self._ready.values():
            own, known = ((each.train, each.validation) for each in (data, ready.data))
            if len({jax.tree.structure(each) for each in (own, known)}) == 1 and all(
                map(_equal, jax.tree.leaves(own), jax.tree.leaves(known))
            ):
                return ready.data
        return data


def plan_key(plan: Any) -> Hashable:
    """What of a plan decides the program."""
    return tuple((field.name, reads(getattr(plan, field.name))) for field in dataclasses.fields(plan))


def _structure(numbers: Numbers) -> Hashable:
    leaves, structure = jax.tree.flatten(numbers)
    return structure, tuple((np.shape(leaf), str(np.asarray(leaf).dtype)) for leaf in leaves)


def _alike(one: Numbers, other: Numbers) -> bool:
    return all(map(np.array_equal, jax.tree.leaves(one), jax.tree.leaves(other)))


def _equal(one: Any, other: Any) -> bool:
    return bool(one.shape == other.shape and one.dtype == other.dtype and np.array_equal(one, other))


def _start(model: Model) -> Variables | None:
    """Variables that the builder gave the model; None where they are drawn from the seed."""
    return model.run_variables if any(holder.held() is not None for holder in model._holders) else None
