"""The live display: what it writes when, in 80 columns, and that it never costs a training."""

import io
from dataclasses import dataclass, field

import numpy as np
import pytest

from fallline.callbacks.progress import Moment, TrainingProgress, display_lines, plain_line


@dataclass
class Boundary:
    """What the display reads of the engine's boundary."""

    epoch: int
    seconds: float
    step: int = 0
    epochs: int = 100
    steps_per_epoch: int = 50
    fresh_epochs: int = 1
    initial_epoch: int = 0
    history: dict = field(default_factory=dict)


def boundary(epoch, seconds, **changes):
    losses = np.geomspace(1.0, 0.01, 100)[:epoch]
    return Boundary(
        epoch, seconds, history={"accuracy": 1 - losses, "loss": losses, "val_loss": losses}, **changes
    )


def lines_of(times, **options):
    stream = io.StringIO()
    progress = TrainingProgress(stream=stream, live=False, **options)
    progress.on_train_begin()
    for epoch, seconds in enumerate(times, start=1):
        progress.on_boundary(boundary(epoch, seconds))
    progress.on_train_end()
    return stream.getvalue().splitlines()


def test_a_short_training_shows_one_line():
    (line,) = lines_of([0.2, 0.4, 0.9])
    assert line.startswith("epoch 3/100  loss ")
    assert "left" not in line


def test_a_line_for_each_epoch():
    stream = io.StringIO()
    progress = TrainingProgress(stream=stream, live=False, every_epoch=True)
    progress.on_train_begin()
    history = {"loss": np.array([4.0, 3.0, 2.0]), "val_loss": np.array([np.nan, 5.0, np.nan])}
    progress.on_boundary(Boundary(2, 0.1, epochs=3, fresh_epochs=2, history=history))
    progress.on_boundary(Boundary(2, 0.1, step=5, epochs=3, fresh_epochs=0, history=history))
    progress.on_boundary(Boundary(3, 0.15, epochs=3, history=history))
    progress.on_train_end()
    assert stream.getvalue().splitlines() == [
        "epoch 1/3  loss 4.0000",
        "epoch 2/3  loss 3.0000  val_loss 5.0000",
        "epoch 3/3  loss 2.0000",
    ]


def test_the_command_line_shows_short_trainings_too():
    lines = lines_of([0.2, 0.4, 0.9], delay=0.0)
    assert [line.split()[1] for line in lines] == ["1/100", "3/100"]
    assert "left" in lines[0]
    assert "left" not in lines[1]


def test_plain_lines_come_once_a_second_then_every_five():
    times = [0.2 * k for k in range(1, 101)]
    shown = [times[int(line.split()[1].split("/")[0]) - 1] for line in lines_of(times, delay=0.0)]
    gaps = np.diff(shown)
    assert np.all(gaps[np.array(shown[:-1]) < 9.9] == pytest.approx(1.0))
    # The last of all comes at the end of the training, whenever that is.
    assert gaps[np.array(shown[:-1]) > 9.9].tolist() == pytest.approx([5.0, 4.8])
    assert shown[-1] == pytest.approx(20.0)


def test_a_plain_line_says_where_how_fast_and_how_long():
    now = Moment(12, 200, 25, 50, {"loss": [0.5, 0.25], "val_loss": [0.6]}, rate=1234.0)
    assert plain_line(now) == (
        "epoch 13/200, 50% of it  loss 0.2500  val_loss 0.6000  1,234 steps/s  0:08 left at most"
    )


def test_the_rate_is_that_of_the_last_seconds():
    # 50 steps a second at first, 500 afterwards.
    times = [float(k) for k in range(1, 11)] + [10 + 0.1 * k for k in range(1, 51)]
    assert "500 steps/s" in lines_of(times, delay=0.0)[-1]


@pytest.mark.parametrize("plain", [False, True])
def test_the_display_fits_80_columns(plain):
    history = {
        name: np.linspace(1, 1e-5, 5000)
        for name in (
            "loss",
            "val_loss",
            "a_metric_with_a_very_long_name",
            "val_a_metric_with_a_very_long_name",
        )
    }
    moment = Moment(123_456, 1_000_000, 3, 5, history, rate=1_234_567.0)
    lines = display_lines(moment, plain=plain)
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("loss")
    assert "val_loss" in lines[1]
    assert len(lines) == 3
    assert all(line.isascii() for line in lines) == plain


@pytest.mark.parametrize("plain", [False, True])
def test_metrics_that_begin_alike_are_told_apart(plain):
    names = ("sparse_categorical_accuracy", "sparse_categorical_crossentropy")
    lines = display_lines(Moment(1, 2, 0, 5, {name: [0.5] for name in names}), plain=plain)
    assert len({line[:16] for line in lines[1:]}) == 2
    assert all(line.isascii() for line in lines) or not plain


def test_a_terminal_is_drawn_over_and_left_as_it_was():
    stream = io.StringIO()
    progress = TrainingProgress(stream=stream, live=True, delay=0.0)
    progress.on_train_begin()
    progress.on_boundary(boundary(1, 0.3))
    progress.on_boundary(boundary(2, 0.6))
    progress.close()
    written = stream.getvalue()
    assert "compiling" in written
    assert "val_loss" in written
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert written.count(hidden) == 1
    assert written.rindex(shown) > written.rindex(hidden)
    progress.close()
    assert stream.getvalue() == written


class BrokenStream(io.StringIO):
    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("live", [False, True])
def test_a_reader_that_has_gone_does_not_end_the_training(live):
    progress = TrainingProgress(stream=BrokenStream(), live=live, delay=0.0)
    progress.on_train_begin()
    progress.on_boundary(boundary(1, 0.3))
    progress.on_boundary(boundary(2, 2.3))
    progress.on_train_end()


def test_a_second_training_is_shown_afresh():
    stream = io.StringIO()
    progress = TrainingProgress(stream=stream, live=False, delay=0.0)
    for _ in range(2):
        progress.on_train_begin()
        progress.on_boundary(boundary(1, 0.3))
        progress.on_train_end()
    assert len(stream.getvalue().splitlines()) == 2


def test_looking_at_boundaries_costs_no_further_dispatch():
    assert TrainingProgress().granularity() == "boundary"
