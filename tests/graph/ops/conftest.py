"""The names of the operations, and graphs and sessions for them."""

from __future__ import annotations

import types

import pytest

from fallline.graph.core import dtypes, gradients, variables
from fallline.graph.core.graph import Graph
from fallline.graph.ops import names
from fallline.graph.running.session import Session


@pytest.fixture(scope="session")
def tf():
    """The operations under their names, as a user has them."""
    found = {each: getattr(names, each) for each in names.__all__}
    kinds = {kind.name: kind for kind in dtypes.ALL}
    return types.SimpleNamespace(
        **found,
        **kinds,
        gradients=gradients.gradients,
        Variable=variables.Variable,
        Session=Session,
        Graph=Graph,
        global_variables_initializer=variables.global_variables_initializer,
    )


@pytest.fixture
def graph():
    """A graph of its own, as the default one."""
    with Graph().as_default() as graph:
        yield graph


@pytest.fixture
def run(graph):
    """A function that runs fetches in a session of the graph."""

    def call(fetches, feeds=None):
        with Session(graph=graph) as session:
            return session.run(fetches, feeds)

    return call
