"""What is sent arrives as it was, or its sender is told why it cannot be sent."""

from __future__ import annotations

import importlib
import inspect
import threading

import numpy as np
import pytest

from fallline import errors
from fallline.errors import DataError, UnknownKeyError, UnknownNameError, UsageError
from fallline.population.workers import payload
from fallline.population.workers.payload import carried, packed, unpacked

CLASSES = [
    value
    for module in ("fallline.errors", "fallline.graph.errors", "fallline.graph.core.failures")
    for value in vars(importlib.import_module(module)).values()
    if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == module
]


def again(thing: object) -> object:
    return unpacked(packed(thing, "this"), "there")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_of_our_errors_comes_out_as_it_went_in(kind: type[Exception]) -> None:
    many = kind.__module__ == "fallline.graph.errors"
    error = kind(None, None, "a text (with more)") if many else kind("a text (with more)")
    error.add_note("a note")
    back = again(error)
    assert type(back) is kind
    assert str(back) == str(error)
    assert back.args == error.args
    assert back.__notes__ == ["a note"]
    assert carried(error) is error


@pytest.mark.parametrize("kind", [UnknownNameError, UnknownKeyError])
def test_an_error_that_writes_its_own_text_keeps_it(kind: type[UnknownNameError]) -> None:
    error = kind("optimizer", "adm", ["adam", "sgd"])
    assert str(again(error)) == str(error) == 'unknown optimizer "adm". Did you mean "adam"?'


def test_warnings_are_among_those_classes() -> None:
    assert {errors.TrainingWarning, errors.UnknownNameError} <= set(CLASSES)
    assert len(CLASSES) > 25


def test_functions_are_sent_whole() -> None:
    factor = np.arange(3)
    assert again(lambda x: x * factor)(2).tolist() == [0, 2, 4]


def test_what_cannot_leave_a_process_is_named_with_the_remedy() -> None:
    lock = threading.Lock()
    with pytest.raises(
        UsageError, match=r"the work on members 0 to 3 cannot be sent .*lock.*Make what it needs inside"
    ):
        packed(lambda: lock, "the work on members 0 to 3")


def test_a_module_that_is_not_there_is_named(monkeypatch) -> None:
    data = packed(importlib.import_module("fallline.errors").warn, "this")
    here = payload._pickles()
    data = here.dumps((payload._versions(), b"\x80\x04cnot_installed\nmodel\n."))
    with pytest.raises(UsageError, match='the worker cannot import "not_installed".*Install it there'):
        unpacked(data, "the worker")


def test_other_versions_are_refused(monkeypatch) -> None:
    data = packed(1, "this")
    monkeypatch.setattr("fallline.__version__", "0.0.9")
    with pytest.raises(UsageError, match=r"the worker has fallline 0\.0\.9, but .*Install the same"):
        unpacked(data, "the worker")


class TwoArgumentsError(Exception):
    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


class AddsToItsTextError(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(f"{text} (see docs)")


@pytest.mark.parametrize("error", [TwoArgumentsError("here", "that"), AddsToItsTextError("wrong")])
def test_an_error_that_does_not_survive_says_the_same_as_another(error: Exception) -> None:
    back = carried(error)
    assert type(back) is RuntimeError
    assert str(back) == f"{type(error).__name__}: {error}"
    assert str(again(back)) == str(back)


def test_an_error_of_python_brings_where_it_was_raised_and_ours_does_not() -> None:
    def raised(error: Exception) -> BaseException:
        try:
            raise error
        except Exception as caught:
            return carried(caught)

    assert "raise error" in raised(KeyError("x")).__notes__[0]
    assert not hasattr(raised(DataError("x")), "__notes__")
