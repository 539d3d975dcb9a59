"""Values of variables to files and back; behaviour of TensorFlow 2.21.0's `tensorflow.compat.v1.train.Saver`."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.graph import (
    add_to_collection,
    cond,
    get_variable,
    matmul,
    placeholder,
    reduce_mean,
    train,
    trainable_variables,
    variable_scope,
)
from fallline.graph.core.failures import GraphError, GraphStateError, GraphTypeError
from fallline.graph.core.graph import Graph, GraphKeys
from fallline.graph.core.variable_lists import global_variables_initializer
from fallline.graph.core.variables import Variable
from fallline.graph.errors import FailedPreconditionError, InvalidArgumentError, NotFoundError
from fallline.graph.running.session import Session
from fallline.graph.train import kept_graphs


@pytest.fixture
def v(graph):
    return Variable([1.0, 2.0], name="v")


def lines(folder):
    return (folder / "checkpoint").read_text().splitlines()


@pytest.mark.parametrize("everything", [None, 0])
def test_keeping_all_lists_the_newest_alone(v, initialized, tmp_path, everything):
    saver, session = train.Saver(max_to_keep=everything), initialized()
    for step in range(3):
        saver.save(session, tmp_path / "m", step)
    assert saver.last_checkpoints == []
    assert sum("all_model_checkpoint_paths" in line for line in lines(tmp_path)) == 1
    assert len(list(tmp_path.glob("m-*"))) == 3


def test_the_last_ones_are_kept(v, initialized, tmp_path):
    saver, session = train.Saver(max_to_keep=2), initialized()
    for step in range(3):
        saver.save(session, tmp_path / "m", step)
    assert [each.removeprefix(f"{tmp_path}/") for each in saver.last_checkpoints] == ["m-1", "m-2"]
    assert not train.checkpoint_exists(str(tmp_path / "m-0"))
    assert train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "m-2")
    with pytest.raises(UsageError, match="max_to_keep=-1 would delete"):
        train.Saver(max_to_keep=-1)


def test_one_in_so_many_hours_stays(v, initialized, tmp_path):
    saver, session = train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1e-9), initialized()
    for step in range(3):
        saver.save(session, tmp_path / "m", step)
    assert [each[-3:] for each in saver.last_checkpoints] == ["m-2"]
    assert train.checkpoint_exists(str(tmp_path / "m-0"))


def test_a_name_saved_again_moves_to_the_end(v, initialized, tmp_path):
    saver, session = train.Saver(), initialized()
    saver.save(session, tmp_path / "m")
    saver.save(session, tmp_path / "m")
    saver.save(session, tmp_path / "m", 0)
    saver.save(session, tmp_path / "m")
    saver.save(session, tmp_path / "n", write_state=False)
    assert [each.removeprefix(f"{tmp_path}/") for each in saver.last_checkpoints] == ["m-0", "m"]
    assert train.checkpoint_exists(str(tmp_path / "n"))


def test_each_saver_has_its_own_list(v, initialized, tmp_path):
    first, session = train.Saver(), initialized()
    first.save(session, tmp_path / "a")
    second = train.Saver()
    second.save(session, tmp_path / "b")
    assert sum("/a" in line for line in lines(tmp_path)) == 0
    second.recover_last_checkpoints([str(tmp_path / "a"), str(tmp_path / "gone")])
    assert second.last_checkpoints == [str(tmp_path / "a")]


def test_relative_paths_may_be_moved(v, initialized, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    session = initialized()
    train.Saver().save(session, "old/m")
    (tmp_path / "old").rename(tmp_path / "new")
    assert train.latest_checkpoint("new") == "new/m"
    assert train.latest_checkpoint("old") is None
    assert train.get_checkpoint_state("new").model_checkpoint_path == "new/m"


def test_save_gives_the_name(graph, initialized, tmp_path):
    v = Variable(1.0, name="v")
    step = Variable(7, name="global_step", trainable=False)
    saver, session = train.Saver(), initialized()
    assert saver.save(session, f"{tmp_path}/m", 2) == f"{tmp_path}/m-2"
    assert saver.save(session, f"{tmp_path}/m", step) == f"{tmp_path}/m-7"
    assert saver.save(session, f"{tmp_path}/m", step.value()) == f"{tmp_path}/m-7"
    assert train.Saver(pad_step_number=True).save(session, f"{tmp_path}/m", 3) == f"{tmp_path}/m-00000003"
    assert session.run(v) == 1.0


def test_what_cannot_be_saved_is_refused(graph, tmp_path):
    with pytest.raises(GraphError, match="No variables to save"):
        train.Saver()
    v = Variable(1.0, name="v")
    w = Variable(1.0, name="w")
    with pytest.raises(GraphError, match="two names: x"):
        train.Saver({"v": v, "x": v})
    with pytest.raises(GraphError, match="same name: v"):
        train.Saver([v, v])
    with pytest.raises(GraphTypeError, match="Not a variable: 'v'"):
        train.Saver(["v"])
    with pytest.raises(GraphTypeError, match="should be passed in a dict or a list"):
        train.Saver(v)
    with pytest.raises(GraphError, match="build cannot be deferred"):
        train.Saver([v], defer_build=True)
    saver = train.Saver()
    with Session(graph=graph) as session:
        with pytest.raises(FailedPreconditionError, match="uninitialized value v, w"):
            saver.save(session, tmp_path / "m")
        session.run(global_variables_initializer())
        assert saver.save(session, f"{tmp_path}/new/m")
        with pytest.raises(UsageError, match="there is no folder"):
            saver.save(session, f"{tmp_path}/two/levels/m")
        with pytest.raises(GraphError, match="must not contain path components"):
            saver.save(session, tmp_path / "m", latest_filename="a/b")
        with pytest.raises(GraphError, match="collides"):
            saver.save(session, tmp_path / "checkpoint")
        with pytest.raises(GraphTypeError, match="must be a Session"):
            saver.save(tmp_path / "m", session)
        with pytest.raises(GraphError, match="not a valid checkpoint"):
            saver.restore(session, tmp_path / "none")
        with pytest.raises(GraphError, match="Can't load save_path when it is None"):
            saver.restore(session, None)
        with pytest.raises(GraphStateError, match="build"):
            train.Saver(defer_build=True).save(session, tmp_path / "m")
        assert session.run(w) == 1.0
    with pytest.raises(GraphStateError, match="closed"):
        saver.save(session, tmp_path / "m")
    with Graph().as_default() as other:
        Variable(1.0)
        with pytest.raises(GraphError, match="another graph"), Session(graph=other) as stranger:
            saver.save(stranger, tmp_path / "m")


def test_what_does_not_fit_is_refused(v, initialized, tmp_path):
    session = initialized()
    path = train.Saver().save(session, tmp_path / "m")
    with Graph().as_default() as graph:
        tall = Variable([[0.0], [0.0]], name="v")
        whole = Variable([0, 0], name="whole")
        with Session(graph=graph) as later:
            with pytest.raises(InvalidArgumentError, match="Restoring from checkpoint failed"):
                train.Saver([tall]).restore(later, path)
            with pytest.raises(InvalidArgumentError, match="int32"):
                train.Saver({"v": whole}).restore(later, path)
            with pytest.raises(NotFoundError, match="Key whole not found"):
                train.Saver().restore(later, path)
            assert later.values == {}
            train.Saver([tall], reshape=True).restore(later, path)
            np.testing.assert_array_equal(later.run(tall), [[1.0], [2.0]])
            with pytest.raises(FailedPreconditionError, match="whole"):
                later.run(whole)


def test_all_but_local_variables_are_saved(graph, initialized, tmp_path):
    w = Variable(1.0, name="w")
    Variable(1.0, name="metric", trainable=False, collections=[GraphKeys.LOCAL_VARIABLES])
    op = train.AdamOptimizer(0.1).minimize(w * w)
    saver = train.Saver()
    Variable(0.0, name="later")
    session = initialized()
    session.run(op)
    path = saver.save(session, tmp_path / "m")
    names = [name for name, _ in train.list_variables(path)]
    assert names == ["beta1_power", "beta2_power", "w", "w/Adam", "w/Adam_1"]
    assert train.load_variable(path, "w") == session.run(w)
    assert train.NewCheckpointReader(path).get_variable_to_shape_map()["w/Adam"] == []
    expected = [session.run(op), session.run(w)][1]
    with Session(graph=graph) as again:
        saver.restore(again, path)
        again.run(op)
        assert again.run(w) == expected


def test_a_graph_of_another_process_gets_a_clear_answer(v, initialized, tmp_path, monkeypatch):
    path = train.Saver().save(initialized(), tmp_path / "m")
    monkeypatch.setattr(kept_graphs, "_kept", {})
    with pytest.raises(GraphError, match=r"Make the graph again.*restore\(sess.*/m'\).*saved there: v \[2\]"):
        train.import_meta_graph(f"{path}.meta")
    with pytest.raises(GraphError, match="not saved by this process"):
        train.import_meta_graph("nowhere.meta")


def test_a_graph_of_this_process_is_made_again(tmp_path):
    graph = Graph()
    with graph.as_default(), Session() as session:
        x = placeholder("float32", [None, 2], name="x")
        flag = placeholder("bool", [], name="flag")
        with variable_scope("layer"):
            w = get_variable("w", [2, 1])
        y = cond(flag, lambda: matmul(x, w) * 2.0, lambda: matmul(x, w))
        loss = reduce_mean(y * y, name="loss")
        op = train.AdamOptimizer(0.1).minimize(loss, name="step")
        add_to_collection("outputs", y)
        session.run(global_variables_initializer())
        saver = train.Saver()
        path = saver.save(session, tmp_path / "m", global_step=3)
        feed = {"x:0": [[1.0, 2.0]], "flag:0": True}
        expected = [session.run(["loss:0", "step"], feed)[0] for _ in range(3)]
    assert op.name == "step"
    with Graph().as_default() as again, Session() as session:
        imported = train.import_meta_graph(f"{path}.meta")
        imported.restore(session, path)
        assert [session.run(["loss:0", "step"], feed)[0] for _ in range(3)] == expected
        assert [each.name for each in again.get_operations()] == [
            each.name for each in graph.get_operations()
        ]
        assert [each.name for each in trainable_variables()] == ["layer/w:0"]
        assert trainable_variables()[0].graph is again
        (output,) = again.get_collection("outputs")
        assert output.graph is again
        assert (output * 2.0).name == "mul_1:0"
        assert get_variable("other", [1]).name == "other:0"
        two = train.import_meta_graph(f"{path}.meta", import_scope="copy")
        two.restore(session, path)
        assert session.run("copy/loss:0", {"copy/x:0": [[1.0, 2.0]], "copy/flag:0": True}) == expected[0]
