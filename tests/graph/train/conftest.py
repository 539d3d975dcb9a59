"""Graphs and sessions for the tests of `tf.train`."""

from __future__ import annotations

import pytest

from fallline.graph.core.dtypes import float32
from fallline.graph.core.graph import Graph, get_default_graph
from fallline.graph.core.nodes import Formula
from fallline.graph.core.variable_lists import global_variables_initializer
from fallline.graph.running.session import Session


@pytest.fixture
def graph():
    """A graph of its own, as the default one."""
    with Graph().as_default() as graph:
        yield graph


@pytest.fixture
def placeholder():
    """A function that makes a tensor that is fed."""

    def made(dtype=float32, shape=(), name=None):
        return get_default_graph().add("Placeholder", [], Formula(None), [(dtype, shape)], name).outputs[0]

    return made


@pytest.fixture
def initialized(graph):
    """A function that opens a session in which all variables have their first values."""
    opened = []

    def made():
        session = Session(graph=graph)
        session.run(global_variables_initializer())
        opened.append(session)
        return session

    yield made
    for session in opened:
        session.close()
