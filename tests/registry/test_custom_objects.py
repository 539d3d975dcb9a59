"""Names of a user's own: what a scope says holds in its thread and ends with it; what is registered stays."""

from __future__ import annotations

import threading

import pytest

import fallline as fl
from fallline.registry.custom_objects import known_as

NAMES = ("mine", "theirs")


@pytest.fixture(autouse=True)
def nothing_stays():
    yield
    fl.utils.get_custom_objects().clear()


def test_scopes_of_two_threads_know_nothing_of_each_other():
    # Both are within their scopes at once; the first leaves while the second is still within.
    inside, left = threading.Barrier(2, timeout=500), threading.Event()
    seen = {}

    def enter(name, *, leaves_first):
        with fl.utils.custom_object_scope({name: name}):
            inside.wait()
            if not leaves_first:
                assert left.wait(500)
            seen[name] = [known_as(each) for each in NAMES]
        if leaves_first:
            left.set()

    threads = [
        threading.Thread(target=enter, args=[name], kwargs={"leaves_first": name == "mine"}) for name in NAMES
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert seen == {"mine": ["mine", None], "theirs": [None, "theirs"]}
    assert fl.utils.get_custom_objects() == {}
    assert [known_as(name) for name in NAMES] == [None, None]


def test_scopes_within_each_other():
    with fl.utils.custom_object_scope({"a": 1, "b": 1}):
        with fl.utils.custom_object_scope({"b": 2}):
            assert [known_as(name) for name in "ab"] == [1, 2]
        assert known_as("b") == 1
    assert known_as("b") is None


def test_what_is_registered_within_a_scope_stays():
    # As in Keras 3, whose scope keeps its names apart from the registered ones.
    def half(x):
        return x / 2

    with fl.utils.custom_object_scope({"other": half}):
        fl.utils.register_keras_serializable("mine")(half)
        assert fl.utils.get_custom_objects() == {"mine>half": half}
        assert known_as("mine>half") is half
    assert fl.utils.get_custom_objects() == {"mine>half": half}
    assert known_as("mine>half") is half
