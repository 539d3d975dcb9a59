"""The variable that counts steps."""

from __future__ import annotations

import pytest

from fallline.graph import train
from fallline.graph.core.dtypes import int64
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.graph import GraphKeys
from fallline.graph.core.variable_lists import global_variables, trainable_variables
from fallline.graph.core.variables import Variable


def test_a_variable_of_that_name_is_found(graph):
    assert train.get_global_step() is None
    step = Variable(0, name="global_step", trainable=False)
    assert train.get_global_step() is step
    assert train.get_or_create_global_step() is step


def test_it_is_made_once(graph, initialized):
    step = train.create_global_step()
    assert (step.name, step.dtype.base_dtype) == ("global_step:0", int64)
    assert trainable_variables() == []
    assert global_variables() == graph.get_collection(GraphKeys.GLOBAL_STEP) == [step]
    with pytest.raises(GraphError, match="already exists"):
        train.create_global_step()
    session = initialized()
    session.run(step.assign_add(3))
    found = train.global_step(session, step)
    assert (found, type(found)) == (3, int)


def test_it_counts_in_whole_numbers(graph):
    Variable(0.0, name="global_step")
    with pytest.raises(GraphTypeError, match="does not have integer type"):
        train.get_global_step()
