"""A callback from plain functions."""

from __future__ import annotations

import inspect

import pytest

from fallline.callbacks import LambdaCallback
from fallline.errors import UsageError

HOOKS = [name for name in inspect.signature(LambdaCallback).parameters if name != "hooks"]


def test_the_functions_are_the_hooks():
    calls = []
    functions = {hook: (lambda *arguments, hook=hook: calls.append((hook, arguments))) for hook in HOOKS}
    callback = LambdaCallback(**functions)
    for number, hook in enumerate(HOOKS):
        arguments = (
            ({"loss": 1.0},) if "train_begin" in hook or "train_end" in hook else (number, {"loss": 1.0})
        )
        getattr(callback, hook)(*arguments)
        assert calls[-1] == (hook, arguments)
    assert len(calls) == len(HOOKS) == 6


def test_hooks_that_are_not_given_do_nothing():
    calls = []
    callback = LambdaCallback(on_epoch_end=lambda *arguments: calls.append(arguments))
    callback.on_train_batch_end(0, {})
    callback.on_epoch_begin(0, {})
    callback.on_train_begin()
    assert calls == []
    callback.on_epoch_end(0, {})
    assert calls == [(0, {})]


@pytest.mark.parametrize(
    ("hook", "granularity"),
    [
        (None, "boundary"),
        ("on_train_begin", "boundary"),
        ("on_train_end", "boundary"),
        ("on_epoch_begin", "epoch"),
        ("on_epoch_end", "epoch"),
        ("on_train_batch_begin", "step"),
        ("on_train_batch_end", "step"),
    ],
)
def test_it_looks_as_often_as_its_functions_need(hook, granularity):
    assert LambdaCallback(**({hook: print} if hook else {})).granularity() == granularity


def test_a_hook_that_is_none():
    with pytest.raises(UsageError, match='no hook "on_epoch_ends". Did you mean "on_epoch_end"'):
        LambdaCallback(on_epoch_ends=print)


def test_further_hooks():
    calls = []
    callback = LambdaCallback(
        on_batch_end=lambda batch, logs: calls.append(batch), close=lambda: calls.append("end")
    )
    callback.on_train_batch_end(3, {})
    callback.close()
    assert calls == [3, "end"]
    assert callback.granularity() == "step"


def test_hooks_of_evaluation_are_refused_where_fit_would_not_call_them():
    with pytest.raises(UsageError, match="defines on_test_end, which is never called"):
        LambdaCallback(on_test_end=print).require_known_hooks()


def test_what_is_no_function_is_refused_before_training():
    with pytest.raises(UsageError, match="on_epoch_end must be a function, got 3"):
        LambdaCallback(on_epoch_end=3)
