"""The run: dispatch sizes, divergence, stopping, interruption, counts of compilations."""

from __future__ import annotations

import signal
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import replace, tree
from fallline.engine import (
    Batch,
    Boundary,
    Data,
    EarlyStopping,
    Numbers,
    Plan,
    Rule,
    RunResult,
    Variables,
    compilation_report,
    initialise,
    run,
)
from fallline.errors import UsageError
from fallline.optimizers import SGD, Adam
from fallline.optimizers.schedules import PiecewiseConstantDecay

from .problems import classification, classifier


class Looker:
    """An observer that notes what it saw and may stop the run."""

    def __init__(self, granularity: str, stop_after: int | None = None) -> None:
        self.granularity = granularity
        self.seen: list[tuple[int, int]] = []
        self._stop_after = stop_after

    def at_boundary(self, boundary: Boundary) -> None:
        self.seen.append((boundary.epoch, boundary.step))
        assert all(len(values) == boundary.epoch for values in boundary.history.values())
        if self._stop_after is not None and boundary.epoch >= self._stop_after:
            boundary.stop()


def bits(result: RunResult) -> list[bytes]:
    leaves = jax.tree.leaves((result.variables, result.trace))
    return [np.asarray(leaf).tobytes() for leaf in leaves]


@pytest.mark.parametrize("normalised", [False, True])
def test_the_size_of_dispatches_changes_nothing_bitwise(
    normalised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(optimizer=Adam(0.01), epochs=4, batch_size=32, seed=7)
    objective, data = classifier(0.2, normalised=normalised), classification()
    whole = bits(run(objective, data, plan))
    epochs, steps = Looker("epoch"), Looker("step")
    assert bits(run(objective, data, plan, observers=[epochs])) == whole
    assert bits(run(objective, data, plan, observers=[steps])) == whole
    assert epochs.seen == [(1, 0), (2, 0), (3, 0), (4, 0)]
    # 390 rows are 12 full batches and one of 6; the last full step also takes the short one and closes.
    assert steps.seen[:13] == [(0, step) for step in range(1, 12)] + [(1, 0), (1, 1)]
    monkeypatch.setattr("fallline.engine.pacing.SECONDS_PER_DISPATCH", 1e-4)
    assert bits(run(objective, data, plan)) == whole


def test_other_numbers_never_compile_again() -> None:
    data = classification()
    run(classifier(0.1), data, Plan(optimizer=Adam(0.01), epochs=2, rules=(EarlyStopping(patience=3),)))
    before = len(compilation_report().programs)
    other = Plan(
        optimizer=Adam(0.5, beta_1=0.8, beta_2=0.99, epsilon=1e-5),
        epochs=5,
        initial_epoch=1,
        seed=99,
        rules=(EarlyStopping(patience=1, min_delta=0.1, start_from_epoch=1),),
    )
    run(classifier(0.4), data, other)
    assert len(compilation_report().programs) == before
    run(classifier(0.4), data, Plan(optimizer=Adam(0.01), epochs=2, batch_size=64))
    assert len(compilation_report().programs) > before, "another batch size is another program"


def test_divergence_names_the_step_and_keeps_the_last_good_weights() -> None:
    """A row that blows the loss up in the third step of the second epoch."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 8)).astype(np.float32)
    y = rng.integers(0, 3, 64).astype(np.int32)
    objective = classifier()
    quiet = Plan(optimizer=SGD(1e-3), epochs=1, batch_size=16, shuffle=False)
    after_one = run(objective, Data(Batch(x, y)), quiet)
    # The same first epoch, then a learning rate so large that the update of step 2 overflows step 3's loss.
    schedule = PiecewiseConstantDecay([5], [1e-3, 1e38])
    plan = Plan(optimizer=SGD(schedule), epochs=5, batch_size=16, shuffle=False)
    result = run(objective, Data(Batch(x, y)), plan)
    assert result.outcome.kind == "diverged"
    assert result.outcome.epoch == 1
    assert result.outcome.step == 3
    assert "epoch 2, step 4" in result.outcome.message
    assert len(result.trace["loss"]) == 2
    for kept, good in zip(
        jax.tree.leaves(result.variables.params), jax.tree.leaves(after_one.variables.params), strict=True
    ):
        np.testing.assert_allclose(kept, good, rtol=1e-6)


KEEPING = {
    "a rule that has no best weights yet": (
        {},
        (EarlyStopping("loss", mode="min", start_from_epoch=50, restore_best_weights=True),),
    ),
    "an average in the optimizer's slots": ({"use_ema": True}, ()),
}


@pytest.mark.parametrize(("options", "rules"), KEEPING.values(), ids=KEEPING.keys())
def test_the_last_good_weights_wherever_they_are_kept(options: dict[str, Any], rules: Any) -> None:
    """Two epochs of four steps go well; the rate then explodes. The weights are those of a run of two epochs."""
    data, objective = classification(64, 0), classifier()
    schedule = PiecewiseConstantDecay([8], [1e-2, 1e38])
    ended = []
    for epochs in (2, 5):
        numbers = Numbers(objective, SGD(schedule, momentum=0.9, **options), rules, seed=1)
        ended.append(run(objective, data, Plan(epochs=epochs, batch_size=16), numbers))
    assert [result.outcome.kind for result in ended] == ["completed", "diverged"]
    for good, kept in zip(*(jax.tree.leaves(result.variables) for result in ended), strict=True):
        np.testing.assert_array_equal(good, kept)
    assert int(ended[1].optimizer.step) == 8
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(ended[1].optimizer))


@pytest.mark.parametrize("restores", [False, True])
def test_the_state_holds_the_weights_once_more(restores: bool) -> None:
    """Weights, two moments of Adam, and the weights to which a member goes back, be they good or best: four times."""

    class Weigher(Looker):
        def at_boundary(self, boundary: Boundary) -> None:
            self.held = sum(leaf.nbytes for leaf in jax.tree.leaves(boundary.state))

    weigher, rule = Weigher("epoch"), EarlyStopping("loss", mode="min", restore_best_weights=restores)
    plan = Plan(optimizer=Adam(0.01), epochs=1, batch_size=16, rules=(rule,), seed=1)
    result = run(classifier(), classification(64, 0), plan, observers=[weigher])
    weights = sum(np.asarray(leaf).nbytes for leaf in jax.tree.leaves(result.variables))
    assert 4 * weights <= weigher.held < 4.2 * weights


def test_after_divergence_the_optimizer_is_good_too() -> None:
    """Momentum that overflowed must not spoil the next run."""
    data, objective = classification(64, 0), classifier()
    broken = run(objective, data, Plan(optimizer=SGD(1e30, momentum=0.9), epochs=3, batch_size=16))
    assert broken.outcome.kind == "diverged"
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(broken.optimizer))
    plan = Plan(optimizer=SGD(0.1, momentum=0.9), epochs=3, batch_size=16)
    mended = run(objective, data, plan, variables=broken.variables, optimizer=broken.optimizer)
    assert mended.outcome.kind == "completed"


def test_a_run_that_ends_within_a_bad_epoch_keeps_the_last_good_weights() -> None:
    class Stopper(Looker):
        def at_boundary(self, boundary: Boundary) -> None:
            if np.isnan(np.asarray(boundary.state.step_losses)).any():
                boundary.stop()

    plan = Plan(optimizer=SGD(1e30), epochs=3, batch_size=16, seed=4)
    objective = classifier()
    result = run(objective, classification(64, 0), plan, observers=[Stopper("step")])
    for kept, fresh in zip(
        jax.tree.leaves(result.variables.params),
        jax.tree.leaves(initialise(objective, 4).params),
        strict=True,
    ):
        np.testing.assert_array_equal(kept, fresh)


def test_a_rule_may_adjust_the_numbers_of_the_next_epoch() -> None:
    """A learning rate halved after each epoch equals the schedule that halves it after each epoch's steps."""

    @tree
    class Halving(Rule):
        def init(self, variables: Variables) -> Any:
            return jnp.float32(1)

        def observe(self, state: Any, epoch: Any, results: Any, validated: Any, variables: Any) -> Any:
            return state / 2, jnp.asarray(False)

        def adjust(self, state: Any, numbers: Numbers) -> Numbers:
            rate = numbers.optimizer.learning_rate * state
            return replace(numbers, optimizer=replace(numbers.optimizer, learning_rate=rate))

    data = classification(100, 0)
    halved = run(classifier(), data, Plan(optimizer=SGD(0.5), epochs=4, batch_size=32, rules=(Halving(),)))
    schedule = PiecewiseConstantDecay([3, 7, 11], [0.5, 0.25, 0.125, 0.0625])
    scheduled = run(classifier(), data, Plan(optimizer=SGD(schedule), epochs=4, batch_size=32))
    np.testing.assert_allclose(halved.trace["loss"], scheduled.trace["loss"], rtol=1e-6)


def test_plan_and_numbers_must_not_contradict() -> None:
    objective = classifier()
    with pytest.raises(UsageError, match="leave them out of the plan"):
        run(objective, classification(), Plan(rules=(EarlyStopping(),)), Numbers(objective, SGD()))
    with pytest.raises(UsageError, match="another structure"):
        run(objective, classification(), Plan(), Numbers(classifier(0.1), SGD()))


def test_stopping_from_outside() -> None:
    looker = Looker("epoch", stop_after=3)
    result = run(classifier(), classification(), Plan(epochs=50), observers=[looker])
    assert result.outcome.kind == "early_stopped"
    assert result.outcome.epoch == 3
    assert len(result.trace["loss"]) == 3


def test_an_interrupt_is_felt_at_once_and_loses_nothing() -> None:
    data = classification()
    plan = Plan(
        optimizer=SGD(1e-4),
        epochs=10_000_000,
        rules=(EarlyStopping(patience=10_000_000, restore_best_weights=True),),
    )
    seen: list[int] = []

    class Presses:
        """Who presses Ctrl-C at the second boundary, and counts those that come."""

        granularity = "boundary"

        def at_boundary(self, boundary: Boundary) -> None:
            seen.append(boundary.epoch)
            if len(seen) == 2:
                signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    result = run(classifier(), data, plan, observers=[Presses()])
    assert result.outcome.kind == "interrupted"
    assert len(seen) == 2, "it ends where it was interrupted"
    assert signal.getsignal(signal.SIGINT) is before
    epochs = int(result.epochs)
    assert epochs == len(result.trace["loss"]) > 0
    assert f"initial_epoch={epochs}" in result.outcome.message
    best = int(np.argmin(result.trace["val_loss"]))
    assert result.outcome.best_epoch == best


def test_training_goes_on_where_it_stopped() -> None:
    data, objective = classification(), classifier()
    whole = run(objective, data, Plan(optimizer=Adam(0.01), epochs=6, seed=2))
    first = run(objective, data, Plan(optimizer=Adam(0.01), epochs=2, seed=2))
    rest = run(
        objective,
        data,
        Plan(optimizer=Adam(0.01), epochs=6, initial_epoch=2, seed=2),
        variables=first.variables,
        optimizer=first.optimizer,
    )
    np.testing.assert_array_equal(
        np.concatenate([first.trace["loss"], rest.trace["loss"]]), whole.trace["loss"]
    )


def test_no_epochs_train_nothing() -> None:
    objective = classifier()
    result = run(objective, classification(), Plan(epochs=0, seed=3))
    assert result.trace == {}
    assert result.outcome.kind == "completed"
    start: Any = initialise(objective, 3)
    for kept, fresh in zip(jax.tree.leaves(result.variables), jax.tree.leaves(start), strict=True):
        np.testing.assert_array_equal(kept, fresh)


def test_a_monitor_that_is_not_recorded_is_named() -> None:
    data = classification(64, 0)
    with pytest.raises(UsageError) as raised:
        run(classifier(), data, Plan(rules=(EarlyStopping(),)))
    message = 'EarlyStopping: monitor "val_loss" is not recorded. This run records loss, accuracy. Give validation data.'
    assert str(raised.value) == message
    assert not getattr(raised.value, "__notes__", []), "no remark of JAX's about its traceback"
    with pytest.raises(UsageError, match='"val_los" is not recorded. Did you mean "val_loss"'):
        run(classifier(), classification(64), Plan(rules=(EarlyStopping("val_los", mode="min"),)))


@pytest.mark.parametrize(
    "bad", [{"batch_size": 0}, {"epochs": -1}, {"batch_size": 2.5}, {"steps_per_epoch": 0}]
)
def test_a_plan_that_cannot_be_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(bad))):
        Plan(**bad)
