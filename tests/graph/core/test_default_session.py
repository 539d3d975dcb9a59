"""Sessions that nobody closes."""

import gc

import fallline.graph as tf
from fallline.graph.core import default_session


def test_a_session_that_was_taken_off_the_stack_leaves_quietly():
    session = tf.InteractiveSession()
    default_session._stack.clear()
    session._entered.close()
    del session
    gc.collect()
    assert tf.get_default_session() is None
