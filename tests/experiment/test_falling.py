"""The learning rate of each epoch: what the schedule says, inside the compiled run."""

import dataclasses
import math

import numpy as np
import polars as pl
import pytest

from fallline.engine import compilation_report
from fallline.errors import UsageError
from fallline.experiment import network
from fallline.experiment.falling import cosine, schedule_text
from fallline.experiment.network import Facts
from fallline.experiment.preparation import prepare
from fallline.experiment.settings import Settings

SMALL = {
    "layers": (4,),
    "epochs": 8,
    "batch_size": 16,
    "patience": 8,
    "learning_rate": 0.5,
    "task": "regression",
}


@pytest.fixture(scope="module")
def prepared():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(90, 2))
    noise = generator.normal(size=90)
    return prepare(Settings("frame", target="y"), pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": noise}))


def trained(prepared, **changes):
    """The history of a short training."""
    settings = network.with_defaults(Settings("frame", **SMALL | changes), Facts(60), watched=True)
    model, validation = network.build(settings, prepared), prepared.validation
    return model.fit(
        prepared.train.x,
        prepared.train.y,
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_data=(validation.x, validation.y),
        callbacks=network.rules(settings, watched=True),
        verbose=0,
        seed=0,
    ).history


def test_the_cosine_is_that_of_keras_once_an_epoch():
    # keras.optimizers.schedules.CosineDecay(0.004, 10, alpha=0.01)(epoch) of Keras 3.15.
    theirs = [
        0.0040000002,
        0.0039030921,
        0.0036218537,
        0.0031838149,
        0.0026318538,
        0.00202,
        0.001408146,
        0.00085618539,
        0.00041814623,
        0.00013690817,
    ]
    assert [cosine(epoch, 10, 0.004) for epoch in range(10)] == pytest.approx(theirs, rel=1e-6)
    assert cosine(10, 10, 0.004) == pytest.approx(0.00004)


def test_the_rate_falls_along_the_cosine_and_the_history_holds_it(prepared):
    rates = trained(prepared, schedule="cosine")["learning_rate"]
    by_hand = [0.5 * (0.99 * (1 + math.cos(math.pi * epoch / 8)) / 2 + 0.01) for epoch in range(8)]
    assert rates == pytest.approx(by_hand, rel=1e-6)


def test_the_rate_falls_where_the_validation_loss_does_not(prepared):
    # Noise cannot be learned: what is better in an epoch is chance.
    history = trained(prepared, schedule="plateau", patience=6, epochs=20)
    rate, best, waited, by_hand = 0.5, math.inf, 0, []
    for loss in history["val_loss"]:
        by_hand.append(rate)
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == 2:  # a third of the patience
            rate, waited = 0.3 * rate, 0
    assert history["learning_rate"] == pytest.approx(by_hand, rel=1e-5)
    assert by_hand[-1] < 0.1 * by_hand[0]


def test_a_constant_rate_needs_no_rule(prepared):
    assert "learning_rate" not in trained(prepared, schedule="constant")


def test_other_rates_and_lengths_of_the_cosine_are_the_same_program(prepared):
    trained(prepared, schedule="cosine")
    before = len(compilation_report().programs)
    trained(prepared, schedule="cosine", learning_rate=0.1)
    assert len(compilation_report().programs) == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"schedule": "plateau", "validation": 0}, 'Choose "cosine" or "constant", or keep rows'),
        (
            {"schedule": "cosine", "optimizer": "rprop"},
            'rprop has none that could be set. Choose the schedule "constant"',
        ),
    ],
)
def test_a_schedule_that_cannot_act_is_refused_before_data_are_read(given, message):
    with pytest.raises(UsageError, match=message):
        network.check_names(Settings("d", **given))
    network.check_names(Settings("d", **given | {"schedule": "constant"}))


def test_what_the_schedule_does_is_said():
    settings = Settings("d", learning_rate=0.003, epochs=40, patience=10, schedule="cosine")
    assert schedule_text(settings) == "falling along a cosine to 3e-05 in 40 epochs"
    plateau = dataclasses.replace(settings, schedule="plateau")
    assert schedule_text(plateau) == "times 0.3 after 3 epochs without a better validation loss"
    assert schedule_text(dataclasses.replace(settings, schedule="constant")) == ""
