"""What the tests of layers share: a fresh graph for each, and runs of it."""

import pytest

from fallline.graph.core import dtypes
from fallline.graph.core.graph import Graph, get_default_graph
from fallline.graph.core.nodes import Formula
from fallline.graph.core.shapes import sizes_of
from fallline.graph.core.variable_lists import global_variables_initializer
from fallline.graph.running.session import Session


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


@pytest.fixture
def placeholder():
    """A placeholder of a shape and a type."""

    def make(*sizes, dtype="float32"):
        return (
            get_default_graph()
            .add("Placeholder", [], Formula(max), [(dtypes.as_dtype(dtype), sizes_of(list(sizes)))])
            .outputs[0]
        )

    return make


@pytest.fixture
def run():
    """The values of fetches, variables initialised."""

    def values(fetches, feeds=None):
        with Session() as session:
            session.run(global_variables_initializer())
            return session.run(fetches, feeds)

    return values
