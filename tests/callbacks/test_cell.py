"""Progress in a notebook: one output, drawn over, whose last state stays. IPython is a stand-in."""

import io
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks.progress import TrainingProgress


@pytest.fixture
def outputs(monkeypatch):
    """The outputs of the cell that is running, each a list of the states it went through."""
    shown = []

    class Handle:
        def __init__(self, content):
            self.states = [content["text/plain"]]

        def update(self, content, *, raw):
            assert raw
            self.states.append(content["text/plain"])

    def display(content, *, raw, display_id):
        assert raw
        assert display_id is True
        shown.append(Handle(content))
        return shown[-1]

    ipython, module = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())
    ipython.display, module.display = module, display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return shown


def boundary(epoch, seconds):
    losses = np.geomspace(1.0, 0.1, 10)[:epoch]
    return SimpleNamespace(
        epoch=epoch,
        seconds=seconds,
        step=0,
        epochs=10,
        steps_per_epoch=5,
        fresh_epochs=1,
        initial_epoch=0,
        history={"loss": losses},
    )


def run(progress, seconds):
    progress.on_train_begin()
    for epoch, moment in enumerate(seconds, start=1):
        progress.on_boundary(boundary(epoch, moment))
    progress.on_train_end()
    progress.close()


def test_one_output_whose_last_state_is_the_end(outputs, capsys):
    run(TrainingProgress(), [0.5 * k for k in range(1, 11)])
    (output,) = outputs
    assert len(output.states) > 5
    assert output.states[-1].startswith("epoch 10/10  ━━━")
    assert "left" in output.states[0]
    assert "left" not in output.states[-1]
    assert not any(sign in state for state in output.states for sign in ("\r", "\b", "\x1b"))
    assert capsys.readouterr() == ("", "")


def test_a_short_training_is_one_line_in_one_output(outputs, capsys):
    run(TrainingProgress(), [0.1, 0.2])
    (output,) = outputs
    (line,) = output.states
    assert line.startswith("epoch 2/10  loss ")
    assert capsys.readouterr() == ("", "")


def test_the_next_training_has_an_output_of_its_own(outputs):
    progress = TrainingProgress(delay=0.0)
    run(progress, [0.5, 1.0])
    run(progress, [0.5])
    assert [output.states[0] for output in outputs] == ["compiling the training program ..."] * 2


def test_fit_shows_itself_there_and_verbose_2_prints_lines(outputs, capsys):
    x = np.zeros((8, 2), np.float32)
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x[:, 0], epochs=2)
    assert len(outputs) == 1
    model.fit(x, x[:, 0], epochs=2, verbose=0)
    model.fit(x, x[:, 0], epochs=2, verbose=2)
    assert len(outputs) == 1
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["1/2", "2/2"]


def test_a_terminal_of_ipython_is_a_terminal(outputs, monkeypatch, capsys):
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: SimpleNamespace())
    run(TrainingProgress(), [0.1, 0.2])
    assert outputs == []
    assert capsys.readouterr().err.startswith("epoch 2/10")


def test_a_stream_that_was_asked_for_is_taken(outputs):
    stream = io.StringIO()
    run(TrainingProgress(stream=stream), [0.1])
    assert outputs == []
    assert stream.getvalue().startswith("epoch 1/10")
