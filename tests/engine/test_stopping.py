"""Early stopping as a pure rule; tests/reference compares it with Keras's callback."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from fallline.engine import EarlyStopping, Variables
from fallline.errors import UsageError

TRUE = jnp.asarray(True)


def follow(
    rule: EarlyStopping, values: list[float], validated: list[bool] | None = None
) -> tuple[int | None, Any, Any]:
    """The epoch at which a rule stops, its last state, and the weights it ends with (their epoch)."""
    state = rule.init(Variables({"epoch": jnp.float32(-1)}, {}))
    last = Variables({"epoch": jnp.float32(-1)}, {})
    for epoch, value in enumerate(values):
        last = Variables({"epoch": jnp.float32(epoch)}, {})
        seen = TRUE if validated is None else jnp.asarray(validated[epoch])
        state, stop = rule.observe(state, jnp.int32(epoch), {rule.monitor: jnp.float32(value)}, seen, last)
        if stop:
            return epoch, state, rule.finish(state, last).params["epoch"]
    return None, state, rule.finish(state, last).params["epoch"]


def test_it_stops_after_patience_epochs_without_improvement() -> None:
    stopped, state, kept = follow(EarlyStopping(patience=2, restore_best_weights=True), [3, 2, 2.5, 2.1, 1])
    assert stopped == 3
    assert float(state.best) == 2
    assert EarlyStopping().best_epoch(state) == 1
    assert float(kept) == 1


def test_without_restoring_the_last_weights_stay() -> None:
    stopped, _, kept = follow(EarlyStopping(patience=1), [3, 4, 5])
    assert (stopped, float(kept)) == (1, 1.0)


def test_accuracy_is_maximised() -> None:
    assert follow(EarlyStopping("val_accuracy", patience=2, mode="max"), [0.1, 0.2, 0.3, 0.3, 0.3])[0] == 4
    assert follow(EarlyStopping("val_accuracy", patience=2, mode="min"), [0.1, 0.2, 0.3, 0.4])[0] == 2


def test_the_direction_comes_from_the_metric_not_from_its_name() -> None:
    rule = EarlyStopping("val_roc", patience=2)
    assert rule.directed({"roc": "max"}).maximises
    assert not rule.directed({"roc": "min"}).maximises
    assert not EarlyStopping("val_loss").maximises
    assert EarlyStopping("val_x", mode="max").directed({"x": "min"}).maximises, "what the user says stands"
    with pytest.raises(
        UsageError, match='whether a larger "val_roc" is better; pass mode="max" or mode="min"'
    ):
        rule.directed({"roc": None})
    with pytest.raises(UsageError, match="pass mode="):
        follow(EarlyStopping("accuracy"), [0.1, 0.2])


def test_small_changes_do_not_count() -> None:
    assert follow(EarlyStopping(min_delta=0.5, patience=2), [3, 2.8, 2.6, 2.0])[0] == 2


def test_the_first_epochs_may_be_left_unwatched() -> None:
    assert follow(EarlyStopping(patience=1, start_from_epoch=3), [1, 2, 3, 4, 5])[0] == 4


def test_epochs_without_validation_do_not_count() -> None:
    validated = [False, True, False, True, False, True]
    assert follow(EarlyStopping(patience=2), [9, 1, 9, 2, 9, 3], validated)[0] == 5


def test_a_nan_or_infinite_first_value_is_replaced_by_a_number() -> None:
    for first in (float("nan"), float("inf")):
        _, state, kept = follow(EarlyStopping(patience=5, restore_best_weights=True), [first, 2, 1, 3])
        assert float(state.best) == 1
        assert float(kept) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        {"monitor": 3},
        {"patience": -1},
        {"patience": 2.5},
        {"patience": "a"},
        {"min_delta": float("nan")},
        {"min_delta": "a"},
        {"baseline": "x"},
        {"mode": "best"},
        {"start_from_epoch": -1},
    ],
)
def test_arguments_that_cannot_be_are_named(arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"EarlyStopping: {next(iter(arguments))} must be"):
        EarlyStopping(**arguments)


def test_whole_and_broken_numbers_are_one_program() -> None:
    whole, broken = EarlyStopping(min_delta=0, baseline=1), EarlyStopping(min_delta=0.1, baseline=0.5)
    assert [np.asarray(x).dtype for x in (whole.min_delta, whole.baseline)] == [
        np.asarray(x).dtype for x in (broken.min_delta, broken.baseline)
    ]


def test_a_name_of_which_nothing_is_known_needs_a_mode() -> None:
    with pytest.raises(UsageError, match='whether a larger "weight_norm/dense/kernel" is better'):
        follow(EarlyStopping("weight_norm/dense/kernel").directed({"accuracy": "max"}), [1.0, 2.0])
