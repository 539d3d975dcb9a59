"""Event files, as both loaders of TensorBoard show them."""

from __future__ import annotations

import contextlib
import math
import subprocess
import sys
import time

import numpy as np
import pytest

from fallline.errors import DataError, UsageError
from fallline.events import (
    EventWriter,
    GraphNode,
    graph_definition,
    histogram_summary,
    image_summary,
    scalar_summary,
)


@contextlib.contextmanager
def data_server(folder, port_file):
    """The server in Rust that TensorBoard starts where there is a build of it, over a folder of runs."""
    grpc = pytest.importorskip("grpc")
    server = pytest.importorskip("tensorboard_data_server")
    from tensorboard.data import grpc_provider
    from tensorboard.data.proto import data_provider_pb2_grpc
    from tensorboard.util import grpc_util

    if server.server_binary() is None:
        pytest.skip("TensorBoard's data server has no build for this machine")
    options = ["--reload=once", "--port=0", f"--port-file={port_file}", "--die-after-stdin", "--verbose"]
    command = [server.server_binary(), f"--logdir={folder}", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, text=True) as process:
        # It answers before it has read everything.
        assert any("Finished load cycle" in line for line in process.stderr)
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert process.poll() is None
            time.sleep(0.002)
        address = f"localhost:{port_file.read_text().strip()}"
        credentials, settings = grpc_util.ChannelCredsType.LOCAL.channel_config()
        with grpc.secure_channel(address, credentials, options=settings) as channel:
            stub = data_provider_pb2_grpc.TensorBoardDataProviderStub(channel)
            yield grpc_provider.GrpcDataProvider(address, stub)
        process.stdin.close()


@contextlib.contextmanager
def python_loader(folder, _):
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer

    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        tensor_size_guidance={"scalars": 1000, "histograms": 500, "images": 10}
    )
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    yield data_provider.MultiplexerDataProvider(multiplexer, str(folder))


@pytest.fixture(params=[data_server, python_loader])
def shown(request, tmp_path_factory):
    """A function that gives what TensorBoard shows of a folder of runs, by one of its two loaders."""
    pytest.importorskip("tensorboard")
    from tensorboard.context import RequestContext

    with contextlib.ExitStack() as stack:
        port_file = tmp_path_factory.mktemp("server") / "port"
        yield lambda folder: Shown(stack.enter_context(request.param(folder, port_file)), RequestContext())


class Shown:
    """What a loader shows."""

    def __init__(self, provider, context):
        self.provider, self.context = provider, context

    def scalars(self):
        read = self.provider.read_scalars(
            self.context, experiment_id="", plugin_name="scalars", downsample=1000
        )
        return {
            run: {tag: [(p.step, p.value) for p in points] for tag, points in tags.items()}
            for run, tags in read.items()
        }

    def tensors(self, plugin):
        read = self.provider.read_tensors(self.context, experiment_id="", plugin_name=plugin, downsample=1000)
        return {
            run: {tag: [(p.step, p.numpy) for p in points] for tag, points in tags.items()}
            for run, tags in read.items()
        }

    def blobs(self, plugin):
        read = self.provider.read_blob_sequences(
            self.context, experiment_id="", plugin_name=plugin, downsample=1000
        )
        return {
            run: {
                tag: [
                    [self.provider.read_blob(self.context, blob_key=b.blob_key) for b in p.values]
                    for p in points
                ]
                for tag, points in tags.items()
            }
            for run, tags in read.items()
        }


def write(folder, points, tag="loss", **arguments):
    writer = EventWriter(folder, **arguments)
    for step, value in points:
        writer.add_summary(scalar_summary(tag, value), step)
    writer.close()
    return writer


def test_scalars_of_two_runs(tmp_path, shown):
    points = [(step, 0.5 ** (step / 50)) for step in range(0, 500, 50)]
    write(tmp_path / "train", points)
    write(tmp_path / "test", points[::2], tag="of test/lö ss")
    found = shown(tmp_path).scalars()
    assert found == {"train": {"loss": points}, "test": {"of test/lö ss": points[::2]}}


def test_histograms_as_they_are(tmp_path, shown):
    writer = EventWriter(tmp_path / "run")
    arrays = {
        0: np.zeros(3),
        1: np.float32([5]),
        2: np.float64([1, 2, 2, 3]),
        3: np.array([-1e25, -1, 0, 1, 1e25]),
    }
    for step, array in arrays.items():
        writer.add_summary(histogram_summary("w", array), step)
    writer.add_summary(histogram_summary("empty", []), 0)
    writer.close()
    found = shown(tmp_path).tensors("histograms")["run"]
    assert list(found) == ["w"]
    expected = {
        0: [[0, 0, 3]],
        1: [[5, 5, 1]],
        2: [[1, 1.0089710, 1], [1.0089710, 1.9661991, 0], [1.9661991, 2.1628190, 2], [2.1628190, 2.8787121, 0], [2.8787121, 3, 1]],
        3: [[-1e25, -9.920776e19, 1], [-9.920776e19, -1.008971, 0], [-1.008971, -0.917246, 1], [-0.917246, 0, 0],
            [0, 1e-12, 1], [1e-12, 0.917246, 0], [0.917246, 1.008971, 1], [1.008971, 9.920776e19, 0], [9.920776e19, 1e25, 1]],
    }  # fmt: skip
    for step, buckets in found["w"]:
        np.testing.assert_allclose(buckets, expected[step], rtol=1e-6)
    assert [step for step, _ in found["w"]] == [0, 1, 2, 3]


def test_images(tmp_path, shown):
    writer = EventWriter(tmp_path / "run")
    writer.add_summary(image_summary("x", np.zeros((2, 4, 5, 3), np.uint8)), 1)
    writer.close()
    found = shown(tmp_path).blobs("images")["run"]
    assert sorted(found) == ["x/image/0", "x/image/1"]
    [[width, height, content]] = found["x/image/0"]
    assert (width, height, content[:4]) == (b"5", b"4", b"\x89PNG")


def test_a_graph(tmp_path, shown):
    graph_pb2 = pytest.importorskip("tensorboard.compat.proto.graph_pb2")
    nodes = [
        GraphNode("x", "Placeholder", shapes=((None, 3),), attributes={"dtype": np.dtype(np.float32), "shape": (None, 3)}),
        GraphNode("layer/w", "Variable", shapes=(None,), attributes={"trainable": True, "seed": -1, "rate": 0.5, "note": "n"}),
        GraphNode("layer/y", "MatMul", ("x:0", "layer/w", "split:1", "^init"), ((None, 2), ()), device="/cpu:0"),
    ]  # fmt: skip
    writer = EventWriter(tmp_path / "run")
    writer.add_graph(graph_definition(nodes))
    writer.add_summary(scalar_summary("loss", 1), 1)
    writer.close()
    look = shown(tmp_path)
    assert look.scalars()["run"]["loss"] == [(1, 1)]
    [[[content]]] = look.blobs("graphs")["run"].values()
    x, w, y = graph_pb2.GraphDef.FromString(content).node
    assert [(node.name, node.op) for node in (x, w, y)] == [(node.name, node.op) for node in nodes]
    assert (list(y.input), y.device) == (["x", "layer/w", "split:1", "^init"], "/cpu:0")
    assert [[d.size for d in shape.dim] for shape in y.attr["_output_shapes"].list.shape] == [[-1, 2], []]
    assert w.attr["_output_shapes"].list.shape[0].unknown_rank
    assert (w.attr["trainable"].b, w.attr["seed"].i, w.attr["rate"].f, w.attr["note"].s) == (
        True,
        -1,
        0.5,
        b"n",
    )
    assert (x.attr["dtype"].type, [d.size for d in x.attr["shape"].shape.dim]) == (1, [-1, 3])


def test_a_restart_takes_back_what_came_after_it(tmp_path, shown):
    write(tmp_path / "run", [(step, 1) for step in range(10)])
    write(tmp_path / "run", [(step, 2) for step in range(5, 15)])
    expected = [(step, 1 if step < 5 else 2) for step in range(15)]
    assert shown(tmp_path).scalars()["run"]["loss"] == expected


def test_two_writers_of_one_run_at_once(tmp_path, shown):
    first, second = EventWriter(tmp_path / "run"), EventWriter(tmp_path / "run")
    for step in range(5):
        first.add_summary(scalar_summary("a", step), step)
    for step in range(5):
        second.add_summary(scalar_summary("b", step), step)
    first.close()
    second.close()
    points = [(step, step) for step in range(5)]
    assert shown(tmp_path).scalars()["run"] == {"a": points, "b": points}


def test_numbers_that_are_none(tmp_path, shown):
    write(tmp_path / "run", enumerate([np.nan, np.inf, -np.inf]))
    values = [value for _, value in shown(tmp_path).scalars()["run"]["loss"]]
    assert math.isnan(values[0])
    assert values[1:] == [np.inf, -np.inf]


def records(path):
    struct_event = pytest.importorskip("tensorboard.compat.proto.event_pb2")
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    return [struct_event.Event.FromString(raw) for raw in loader.RawEventFileLoader(str(path)).Load()]


def test_the_first_records_say_version_and_start(tmp_path):
    writer = write(tmp_path, [(7, 1)], clock=lambda: 1234.75)
    version, start, point = records(writer.path)
    assert (version.file_version, version.wall_time) == ("brain.Event:2", 1234)
    assert (start.session_log.status, start.step) == (1, 7)
    assert (point.step, point.wall_time) == (7, 1234.75)
    assert writer.path.name.startswith("events.out.tfevents.0000001234.")


@pytest.mark.parametrize("steps", [[0, 10, 5], [3, 3], [None, None]])
def test_steps_that_do_not_grow_are_told_once(tmp_path, steps):
    writer = EventWriter(tmp_path)

    def add_all():
        for step in [*steps, steps[-1]]:
            writer.add_summary(scalar_summary("x", 1), step)

    with pytest.warns(UserWarning, match="TensorBoard leaves out points of a tag whose step") as caught:
        add_all()
    assert len(caught) == 1
    writer.add_summary(scalar_summary("another", 1), 0)
    writer.close()


def test_every_writer_has_a_file_of_its_own_and_one_after_reopening(tmp_path):
    writers = [EventWriter(tmp_path, ".v2", clock=lambda: 5) for _ in range(3)]
    assert len({writer.path for writer in writers}) == 3
    assert sorted(writer.path.name for writer in writers) == [writer.path.name for writer in writers]
    writer = writers[0]
    writer.close()
    writer.close()
    assert not writer.is_open
    for write_more in (lambda: writer.add_summary(scalar_summary("x", 1), 1), lambda: writer.add_graph(b"")):
        with pytest.warns(UserWarning, match="is closed, and what comes now is not written"):
            write_more()
    writer.flush()
    writer.reopen()
    writer.add_summary(scalar_summary("x", 1), 1)
    assert len(list(tmp_path.iterdir())) == 4
    for each in writers:
        each.close()


def test_it_is_put_on_the_disk_in_time(tmp_path):
    now = [0.0]
    writer = EventWriter(tmp_path, flush_secs=10, clock=lambda: now[0])
    size = writer.path.stat().st_size
    assert size > 0
    for now[0], grows in ((5.0, False), (11.0, True), (12.0, False)):
        writer.add_summary(scalar_summary("x", 1), int(now[0]))
        assert (writer.path.stat().st_size > size) == grows
        size = writer.path.stat().st_size
    writer.flush()
    assert writer.path.stat().st_size > size
    writer.close()


def test_a_writer_that_nobody_closes_loses_nothing(tmp_path):
    code = (
        "import sys; from fallline.events import EventWriter, scalar_summary\n"
        "writer = EventWriter(sys.argv[1]); writer.add_summary(scalar_summary('x', 1), 1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    [path] = tmp_path.iterdir()
    assert records(path)[-1].summary.value[0].tag == "x"


def test_what_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="no event file can be written in .*file"):
        EventWriter(tmp_path / "file")
    with pytest.raises(UsageError, match="expected the folder of the event files, got None"):
        EventWriter(None)
    writer = EventWriter(tmp_path / "run")
    for wrong in (b"\x12\x09nonsense", "text", None, 3.0):
        with pytest.raises(DataError, match="add_summary: expected what a summary operation gives"):
            writer.add_summary(wrong, 1)
    writer.add_summary(b"", 1)
    writer.close()
    assert len(records(writer.path)) == 1
