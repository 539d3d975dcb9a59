"""What a sweep may vary, as text; and the space that is searched where nothing is named."""

import pytest

from fallline.errors import UsageError
from fallline.experiment import network
from fallline.experiment.populations.space import applied, default_space, space_of, without
from fallline.experiment.settings import Settings

DATA = Settings("d.csv")


def test_axes_are_settings():
    axes = space_of(
        ["learning_rate=log:1e-4:1e-1", "units=32,64", "depth=1,2", "batch_norm=true,false"], DATA
    )
    assert axes.names == ("learning_rate", "units", "depth", "batch_norm")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("learning_rat=0.1,0.2", 'no setting "learning_rat" can vary. Did you mean "learning_rate"?'),
        ("dropout=", "NAME=VALUES"),
        ("dropout=0,,0.1", "a value is missing"),
        ("dropout=0,1.2", "dropout must be a number from 0 to below 1; got 1.2"),
        ("dropout=uniform:0:1.5", "dropout must be a number from 0 to below 1"),
        ("learning_rate=-1,0.1", "learning rate must be a number of at least 0"),
        ("optimizer=sgd,adm", 'Did you mean "adam"'),
        ("activation=relu,tan", 'unknown activation "tan"'),
        ("schedule=cosine,flat", 'unknown schedule "flat"'),
        ("batch_norm=1,2", "batch norm must be true or false"),
        ("units=0,8", "units must be a whole number of at least 1"),
        ("depth=0.5,1", "depth must be a whole number"),
        ("layers=64,8x0", '"8x0" are no layers; write 64 for one layer, 256x128 for two, or none'),
        ("patience=0,5", "patience"),
        ("epochs=5,10", "all members may train for --epochs"),
        ("seed=1,2", "give --seeds"),
    ],
)
def test_what_no_network_can_have_is_refused(text, message):
    with pytest.raises(UsageError) as raised:
        space_of([text], DATA)
    assert message in str(raised.value)


def test_what_says_the_same_twice_is_refused():
    with pytest.raises(UsageError, match="both say how wide"):
        space_of(["layers=64,32", "units=8,16"], DATA)
    with pytest.raises(UsageError, match="--space units varies what --layers says"):
        space_of(["units=8,16"], Settings("d.csv", layers=(64,)))
    with pytest.raises(UsageError, match="given twice"):
        space_of(["units=8,16", "units=32"], DATA)


def test_values_become_settings():
    hidden = (256, 128)
    assert applied(DATA, {"units": 8}, hidden).layers == (8, 8)
    assert applied(DATA, {"depth": 3}, hidden).layers == (256, 256, 256)
    assert applied(DATA, {"units": 8, "depth": 0}, hidden).layers == ()
    assert [applied(DATA, {"layers": given}, hidden).layers for given in ("64x32", 16, None)] == [
        (64, 32),
        (16,),
        (),
    ]
    assert applied(DATA, {"dropout": 0.5, "l2": 0.1}, hidden).dropout == 0.5


@pytest.mark.parametrize("rows", [100, 10_000])
def test_the_default_space_is_around_the_defaults(rows):
    about = network.Facts(rows, task="binary")
    complete = network.with_defaults(DATA, about, watched=True)
    axes = default_space(complete, rows)
    assert axes.names == ("learning_rate", "dropout", "layers", "weight_decay")
    assert axes["learning_rate"].contains(complete.learning_rate)
    assert axes["learning_rate"].draw(0.5) == pytest.approx(complete.learning_rate)
    made = [applied(DATA, {"layers": each}, ()).layers for each in axes["layers"].options]
    assert complete.layers in made
    assert axes["dropout"].contains(complete.dropout)
    assert axes["weight_decay"].contains(complete.weight_decay)
    assert without(axes, Settings("d.csv", learning_rate=0.1)).names == ("dropout", "layers", "weight_decay")


def test_without_weight_decay_none_varies():
    complete = network.with_defaults(
        Settings("d.csv", optimizer="sgd"), network.Facts(100, task="binary"), watched=True
    )
    assert "weight_decay" not in default_space(complete, 100).names
