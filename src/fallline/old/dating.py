"""The age that a program's uses tell, by `fallline.old.facts`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fallline.old.facts import FACTS, GRAPHS, KERAS_PACKAGES, OF_TENSORFLOW_1, OF_TENSORFLOW_2, Fact, Version
from fallline.old.uses.records import Place, Text, Uses

_Mark = tuple[str, Place]

NEWEST = ("tensorflow.compat.v1.", "tensorflow.compat.v2.", "tensorflow.")
"""What stands before a name of TensorFlow."""
ASKING = ("get", "EarlyStopping", "ReduceLROnPlateau")
"""What is called with the name of what was recorded."""


@dataclass(frozen=True)
class Dating:
    """What the uses tell: the style, the versions from and before, whose Keras it is, and what tells it, where."""

    style: Literal["graph", "eager"]
    since: Version | None
    until: Version | None
    keras_of: Literal["keras", "tensorflow"] | None
    marks: tuple[tuple[str, Place], ...]


def dated(uses: Uses) -> Dating:
    """The age of a program of these uses."""
    found = [(fact, mark) for fact in FACTS for mark in _marks(fact, uses)]
    since, until = _range([fact for fact, _ in found])
    style, marks = _style(uses)
    told = sorted({*(mark for _, mark in found), *marks}, key=lambda mark: (mark[1], mark[0]))
    return Dating(style, since, until, _package(uses), tuple(told))


def _range(facts: list[Fact]) -> tuple[Version | None, Version | None]:
    """The versions that have all of it; neither end where no version does."""
    since = max((fact.since for fact in facts if fact.since is not None), default=None)
    until = min((fact.until for fact in facts if fact.until is not None), default=None)
    if since is not None and until is not None and since >= until:
        return None, None
    return since, until


def _marks(fact: Fact, uses: Uses) -> Iterator[_Mark]:
    if fact.kind == "argument":
        for place, says in _arguments(fact, uses):
            yield says, place
    elif fact.kind == "name":
        for use in uses.names:
            name = keras_name(use.name)
            if not use.guarded and name is not None and any(_begins(name, each) for each in fact.names):
                yield f"keras.{name}", use.place
    elif fact.kind == "method":
        for name, place in uses.attributes:
            if name in fact.names:
                yield f".{name}", place
    else:
        yield from _keys(fact, uses)


def _arguments(fact: Fact, uses: Uses) -> Iterator[tuple[Place, str]]:
    for call in uses.calls:
        for name in fact.names:
            if name in call.keywords and (not fact.of or call.last in fact.of):
                yield call.place, f"{call.last}({name}=)"
    if not fact.of:  # whatever is called: the kind of what has the method may be unknown
        for keyword, place in uses.keywords:
            if keyword in fact.names:
                yield place, f"{keyword}="


def _keys(fact: Fact, uses: Uses) -> Iterator[_Mark]:
    compiled = {text.text for text in uses.texts if text.given_to == "metrics"}
    for text in uses.texts:
        for name in fact.names:
            base = name.removeprefix("val_")
            # The key is the name that compile was given, in every version, where that is the very name.
            older = base not in compiled and (not fact.of or not compiled.isdisjoint(fact.of))
            told = older if fact.until is not None else base in compiled
            if told and _reads(text, name):
                yield f'"{name}"', text.place


def _reads(text: Text, name: str) -> bool:
    """Whether a text asks for what `fit` recorded under a name."""
    if f"{{{name}" in text.text:  # in the name of a file
        return True
    asks = text.given_to in ("[]", "monitor") or (text.given_to == "0" and text.of in ASKING)
    return asks and text.text == name


def _style(uses: Uses) -> tuple[Literal["graph", "eager"], set[_Mark]]:
    names = {(use.name, use.place) for use in uses.names if not use.guarded}
    marks: dict[str, set[_Mark]] = {"graphs": set(), "first": set(), "second": set()}
    for name, place in names:
        short = tensorflow_name(name)
        if short is None or name.startswith(
            "tensorflow.compat.v1.logging"
        ):  # quieted in programs of TensorFlow 2
            continue
        for mark, known in (("graphs", GRAPHS), ("second", OF_TENSORFLOW_2), ("first", OF_TENSORFLOW_1)):
            if any(_begins(short, each) for each in known):
                marks[mark].add((f"tf.{short}", place))
                break
        else:
            if name.startswith("tensorflow.compat.v1"):
                marks["first"].add((name, place))
    for call in uses.calls:
        if call.origin.endswith(".numpy"):
            marks["second"].add((".numpy()", call.place))
    if any(says.endswith(("enable_eager_execution", "contrib.eager")) for says, _ in marks["second"]):
        return "eager", marks["second"]
    if marks["graphs"]:
        return "graph", marks["graphs"]
    if marks["first"] and not marks["second"]:
        return "graph", marks["first"]
    return "eager", marks["second"]


def _package(uses: Uses) -> Literal["keras", "tensorflow"] | None:
    kinds: set[Literal["keras", "tensorflow"]] = {
        "tensorflow" if use.name.startswith("tensorflow") else "keras"
        for use in uses.names
        if keras_name(use.name) is not None
    }
    return "tensorflow" if kinds == {"tensorflow"} else "keras" if kinds else None


def keras_name(name: str) -> str | None:
    """A dotted name without the name of its Keras: `layers.Dense`; None for one of something else."""
    for package in KERAS_PACKAGES:
        if _begins(name, package):
            return name[len(package) + 1 :]
    return None


def tensorflow_name(name: str) -> str | None:
    """A dotted name without `tensorflow`: `nn.relu`; None for one of something else, Keras among it."""
    if keras_name(name) is not None or not _begins(name, "tensorflow"):
        return None
    for before in NEWEST:
        if name.startswith(before):
            return name.removeprefix(before)
    return ""


def _begins(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")
