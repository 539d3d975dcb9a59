"""Coordinators, and the queues that graphs do not have."""

from __future__ import annotations

import threading

import pytest

from fallline.graph import train
from fallline.graph.core.failures import GraphError, GraphTypeError, OldNameWarning
from fallline.graph.core.variables import Variable


def test_a_coordinator_stops_and_joins_threads():
    coordinator = train.Coordinator()
    thread = threading.Thread(target=coordinator.wait_for_stop)
    thread.start()
    coordinator.register_thread(thread)
    assert not coordinator.should_stop()
    assert train.start_queue_runners(coord=coordinator) == []
    coordinator.request_stop()
    coordinator.join()
    assert coordinator.should_stop()
    assert coordinator.joined


def test_it_raises_what_stopped_it():
    coordinator = train.Coordinator(clean_stop_exception_types=(KeyError,))
    with coordinator.stop_on_exception():
        raise KeyError("fine")
    coordinator.join()
    with coordinator.stop_on_exception():
        raise ValueError("broken")
    with pytest.raises(ValueError, match="broken"):
        coordinator.join()
    coordinator.clear_stop()
    coordinator.join()


def test_queues_are_refused():
    with pytest.raises(
        GraphError, match="tf.train.shuffle_batch: queues are not offered; read the data in Python"
    ):
        train.shuffle_batch([], 32)


def test_a_graph_is_written_to_read(graph, tmp_path):
    w = Variable(1.0, name="w")
    train.GradientDescentOptimizer(0.1).minimize(w * w)
    path = train.write_graph(graph, tmp_path / "new", "graph.pbtxt")
    lines = (tmp_path / "new" / "graph.pbtxt").read_text().splitlines()
    assert path == str(tmp_path / "new" / "graph.pbtxt")
    assert "w = VariableV2() -> float32_ref ()" in lines
    assert lines[-1] == "GradientDescent = NoOp(^GradientDescent/update_w/ApplyGradientDescent) -> nothing"
    with pytest.raises(GraphTypeError, match="expected a tf.Graph"):
        train.write_graph("x", tmp_path, "graph.pbtxt")


def test_old_and_absent_names(tmp_path):
    with pytest.warns(OldNameWarning, match=r"now: tf\.summary\.FileWriter"):
        train.SummaryWriter(str(tmp_path)).close()
    with pytest.raises(AttributeError, match=r"MonitoredSession is out of scope.*tf\.train\.Saver"):
        train.MonitoredSession  # noqa: B018
    with pytest.raises(AttributeError, match=r"Did you mean tf\.train\.AdamOptimizer"):
        train.AdamOptimiser  # noqa: B018
