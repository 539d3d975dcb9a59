"""The network and the recipe that the settings and the data decide."""

import numpy as np
import polars as pl
import pytest

from fallline import layers
from fallline.errors import UnknownNameError, UsageError
from fallline.experiment import network
from fallline.experiment.network import Facts
from fallline.experiment.preparation import prepare
from fallline.experiment.settings import Settings


@pytest.fixture(scope="module")
def prepared():
    generator = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"a": generator.normal(size=90), "b": generator.normal(size=90), "y": ["u", "v", "w"] * 30}
    )
    return prepare(Settings("frame", target="y"), frame)


def built(prepared, **changes):
    settings = network.with_defaults(Settings("frame", **changes), Facts(60), watched=True)
    return network.build(settings, prepared)


@pytest.mark.parametrize("rows", [1, 499, 500, 9_999, 10_000, 10**8])
@pytest.mark.parametrize("optimizer", [None, "sgd", "adam", "adamw", "rmsprop", "adagrad"])
def test_defaults_leave_nothing_open(rows, optimizer):
    settings = network.with_defaults(Settings("d", optimizer=optimizer), Facts(rows), watched=True)
    named = {name: value for name, value in settings.to_json().items() if value is None}
    of_the_data = {"target", "task", "header", "delimiter", "sheet", "table", "query", "time", "group"}
    of_one_network = {
        "folds",
        "ensemble",
        "effort",
        "split_seed",
    }  # several are trained only where they are asked for
    # And the threshold, which validation rows decide after the training.
    assert set(named) == {*of_the_data, *of_one_network, "threshold"}
    assert settings.optimizer == (optimizer or network.OPTIMIZER)


def test_more_rows_never_get_a_smaller_network():
    sizes = [
        sum(network.with_defaults(Settings("d"), Facts(rows), watched=True).layers)
        for rows in (100, 1000, 5000, 50_000)
    ]
    assert sizes == sorted(sizes)


def test_what_the_person_says_stands():
    given = {
        "layers": (3,),
        "activation": "tanh",
        "optimizer": "sgd",
        "learning_rate": 0.5,
        "epochs": 7,
        "batch_size": 9,
    }
    given["schedule"] = "plateau"
    rest = {"l1": 0.1, "l2": 0.2, "weight_decay": 0.3, "dropout": 0.0, "batch_norm": True, "patience": 4}
    about = Facts(100, 5, "binary", noise=1.0)
    settings = network.with_defaults(Settings("d", **given, **rest), about, watched=True)
    assert {name: getattr(settings, name) for name in given | rest} == given | rest


def chosen(*about, **given):
    return network.with_defaults(Settings("d", **given), Facts(*about), watched=True)


def test_the_facts_are_those_of_the_training_rows(prepared):
    about = network.facts(prepared)
    assert (about.rows, about.task) == (len(prepared.train), "multiclass")
    assert about.features == prepared.train.x.shape[1]
    assert about.noise == 0.0  # of classes it is not asked for


# 10 features: 10 * 256 + 256 * 128 + 128 weights
WEIGHTS = 35_456


def test_a_regression_of_many_rows_for_each_weight_and_little_noise_gets_no_dropout():
    assert chosen(2 * WEIGHTS, 10, "regression", 0.2).dropout == 0.0
    assert chosen(2 * WEIGHTS - 1, 10, "regression", 0.2).dropout == network.DROPOUT
    assert chosen(2 * WEIGHTS, 10, "regression", network.NOISY).dropout == network.DROPOUT
    assert chosen(2 * WEIGHTS, 10, "multiclass", 0.2).dropout == network.DROPOUT
    # What counts is the network that is trained: a small one needs fewer rows, one without hidden layers too.
    assert chosen(88, 10, "regression", 0.2, layers=(4,)).dropout == 0.0
    assert chosen(87, 10, "regression", 0.2, layers=(4,)).dropout == network.DROPOUT
    assert chosen(20, 10, "regression", 0.2, layers=()).dropout == 0.0


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_with_few_rows_for_each_weight_noise_changes_nothing_but_the_schedule(task):
    little, much = (chosen(5000, 10, task, noise, schedule="constant") for noise in (0.1, 0.9))
    assert little == much


def test_the_rate_of_a_regression_falls_unless_it_is_given():
    falling = chosen(5000, 10, "regression", 0.2)
    assert (falling.schedule, falling.learning_rate, falling.epochs) == ("cosine", 0.003, 40)
    assert chosen(1999, 10, "regression", 0.2).epochs == chosen(500, 10, "regression", 0.2).epochs == 100
    for about, given in (
        ((5000, 10, "regression", network.NOISY), {}),
        ((499, 10, "regression", 0.2), {}),
        ((5000, 10, "multiclass"), {}),
        ((5000, 10, "binary"), {}),
        ((5000, 10, "regression"), {"learning_rate": 0.001}),  # as each run of before this setting names one
        ((5000, 10, "regression"), {"schedule": "constant"}),
    ):
        staying = chosen(*about, **given)
        assert (staying.schedule, staying.learning_rate, staying.epochs) == ("constant", 0.001, 200)
    assert chosen(5000, 10, "regression", optimizer="sgd").schedule == "constant"
    given = chosen(5000, 10, "regression", learning_rate=0.02, schedule="cosine", epochs=7)
    assert (given.schedule, given.learning_rate, given.epochs) == ("cosine", 0.02, 7)


def test_a_cosine_gets_half_of_its_epochs_to_come_to_a_better_loss():
    assert [
        chosen(rows, 10, "regression", epochs=epochs).patience
        for rows, epochs in ((5000, None), (1999, None), (5000, 7), (50_000, 7), (50_000, 90))
    ] == [20, 50, 15, 10, 45]
    assert chosen(5000, 10, "regression", schedule="constant").patience == 15


def test_the_rate_of_classes_falls_where_a_temperature_can_be_had():
    many = Facts(1500, 10, "multiclass", watching=200)
    settings = network.with_defaults(Settings("d"), many, watched=True)
    assert (settings.schedule, settings.learning_rate, settings.monitor) == (
        "cosine",
        0.003,
        "calibrated_crossentropy",
    )
    for rows, watching, monitor in ((1499, 200, "calibrated_crossentropy"), (1500, 199, "loss")):
        fewer = network.with_defaults(
            Settings("d"), Facts(rows, 10, "binary", watching=watching), watched=True
        )
        assert (fewer.schedule, fewer.monitor) == ("constant", monitor)
    assert chosen(5000, 10, "regression", 0.2, 900).monitor == "loss"
    with pytest.raises(UsageError, match="of the probabilities of classes"):
        chosen(5000, 10, "regression", 0.2, 900, monitor="calibrated_crossentropy")


def test_waves_take_the_place_of_bins_or_stand_beside_them():
    def numbers(rows, task, columns, **given):
        return chosen(rows, 50, task, 0.2, 900, columns, **given).numbers

    assert numbers(1500, "multiclass", 8) == numbers(1500, "binary", 20) == "periodic"
    assert numbers(1500, "multiclass", 7) == numbers(1500, "regression", 20) == "both"
    assert numbers(1499, "regression", 20) == numbers(5000, "binary", 0) == "bins"
    assert numbers(5000, "binary", 20, numbers="both") == "both"
    assert numbers(5000, "binary", 20, folds=3) == "bins"
    with pytest.raises(UsageError, match="the inputs of folds differ"):
        Settings("d", numbers="both", folds=3)
    with pytest.raises(UsageError, match='Did you mean "periodic"'):
        Settings("d", numbers="periodical")


def test_waves_are_made_of_the_scaled_values_and_nothing_else():
    generator = np.random.default_rng(0)
    columns = {"a": generator.normal(size=300), "c": ["r", "s", "t"] * 100, "b": generator.normal(size=300)}
    prepared = prepare(
        Settings("frame", target="y"), pl.DataFrame(columns | {"y": ["u", "v", "w", "u", "v"] * 60})
    )
    names = prepared.preprocessor.feature_names
    assert names[0] == "a"
    bins = [name for name in names if " from " in name]
    for numbers, passed in (("both", len(names)), ("periodic", len(names) - len(bins))):
        model = built(prepared, layers=(4,), numbers=numbers)
        waves = model.layers[0]
        assert isinstance(waves, layers.PeriodicEmbedding)
        assert [names[place] for place in waves.columns] == ["a", "b"]
        assert waves.output_shape((len(names),)) == (passed + 2 * waves.units,)
    assert isinstance(built(prepared, layers=(4,), numbers="bins").layers[0], layers.Dense)


def test_layers_in_their_order(prepared):
    kinds = [type(layer) for layer in built(prepared, layers=(8, 4), batch_norm=True, dropout=0.5).layers]
    block = [layers.Dense, layers.BatchNormalization, layers.Activation, layers.Dropout]
    assert kinds == [*block, *block, layers.Dense]
    assert [type(layer) for layer in built(prepared, layers=()).layers] == [layers.Dense]


def test_numbers_reach_the_network_and_its_optimizer(prepared):
    model = built(
        prepared, layers=(8,), l1=0.1, l2=0.2, optimizer="rmsprop", learning_rate=0.25, weight_decay=0.125
    )
    for layer in (model.layers[0], model.layers[-1]):
        assert float(layer.kernel_regularizer.l1) == pytest.approx(0.1)
        assert float(layer.kernel_regularizer.l2) == pytest.approx(0.2)
    assert float(model.optimizer.learning_rate) == 0.25
    assert float(model.optimizer.weight_decay) == 0.125


def test_the_seed_decides_the_initial_weights(prepared):
    first, same, other = (built(prepared, layers=(8,), seed=seed).get_weights()[0] for seed in (1, 1, 2))
    assert (first == same).all()
    assert not (first == other).all()


@pytest.mark.parametrize(("name", "near"), [("activation", "relu"), ("optimizer", "rmsprop")])
def test_unknown_names_are_refused_with_the_near_one(name, near):
    with pytest.raises(UnknownNameError, match=f'Did you mean "{near}"'):
        network.check_names(Settings("d", **{name: near + "x"}))


def test_a_thorough_training_is_one_of_eight_networks_unless_it_is_said_how_many():
    assert network.with_effort(Settings("d", effort="thorough")).ensemble == network.THOROUGH == 8
    for given in ({"effort": "normal"}, {}, {"effort": "thorough", "folds": 3}):
        assert network.with_effort(Settings("d", **given)).ensemble is None
    assert network.with_effort(Settings("d", effort="thorough", ensemble=3)).ensemble == 3
    with pytest.raises(UsageError, match='unknown effort "through".*thorough'):
        Settings("d", effort="through")
