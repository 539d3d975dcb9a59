"""The name space, and graphs and sessions for the tests of operations."""

from __future__ import annotations

import pytest

import fallline.graph
from fallline.graph.core.graph import Graph
from fallline.graph.running.session import Session


@pytest.fixture(scope="session")
def tf():
    """The name space as a user has it."""
    return fallline.graph


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
