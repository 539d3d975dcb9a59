"""Every test begins with an empty default graph."""

import pytest

import fallline.graph as tf


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()
    yield
    while (session := tf.get_default_session()) is not None:
        session.close()
