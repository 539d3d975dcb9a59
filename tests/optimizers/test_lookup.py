import optax
import pytest

from fallline import optimizers
from fallline.errors import SavedFileError, UnknownNameError, UsageError
from fallline.registry.configuration import to_config


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("sgd", optimizers.SGD),
        ("SGD", optimizers.SGD),
        ("adagrad", optimizers.Adagrad),
        ("rmsprop", optimizers.RMSprop),
        ("RMSprop", optimizers.RMSprop),
        ("adam", optimizers.Adam),
        ("adamw", optimizers.AdamW),
        ("AdamW", optimizers.AdamW),
        ("nadam", optimizers.Nadam),
        ("Adamax", optimizers.Adamax),
        ("adadelta", optimizers.Adadelta),
        ("lion", optimizers.Lion),
        ("ftrl", optimizers.Ftrl),
        ("FTRL", optimizers.Ftrl),
        ("lamb", optimizers.Lamb),
        ("adafactor", optimizers.Adafactor),
        ("rprop", optimizers.RProp),
        ("delta_bar_delta", optimizers.DeltaBarDelta),
    ],
)
def test_a_name_gives_the_optimizer_with_its_defaults(name, cls):
    optimizer = optimizers.get(name)
    assert type(optimizer) is cls
    assert optimizer.learning_rate == cls().learning_rate


def test_an_optimizer_is_itself():
    optimizer = optimizers.Adam()
    assert optimizers.get(optimizer) is optimizer


def test_an_optimizer_of_your_own_is_accepted():
    class Still(optimizers.GradientOptimizer):
        def init_slots(self, params):
            return {}

        def update(self, gradients, state, params):
            return params, state

    still = Still()
    assert optimizers.get(still) is still


def test_a_configuration_gives_its_optimizer():
    again = optimizers.get(to_config(optimizers.SGD(0.3, momentum=0.5)))
    assert (type(again), again.learning_rate, again.momentum) == (optimizers.SGD, 0.3, 0.5)


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "SGD", "config": {"learning_rate": 0.3, "momentum": 0.5}},
        {"class_name": "sgd", "config": {"learning_rate": 0.3, "momentum": 0.5}},
        {
            "module": "keras.optimizers",
            "class_name": "SGD",
            "config": {
                "name": "SGD",
                "learning_rate": 0.3,
                "weight_decay": None,
                "clipnorm": None,
                "global_clipnorm": None,
                "clipvalue": None,
                "use_ema": False,
                "ema_momentum": 0.99,
                "ema_overwrite_frequency": None,
                "loss_scale_factor": None,
                "gradient_accumulation_steps": None,
                "momentum": 0.5,
                "nesterov": False,
            },
            "registered_name": None,
        },
    ],
    ids=["plain", "lower case", "keras 3"],
)
def test_a_configuration_as_keras_writes_it(config):
    again = optimizers.get(config)
    assert (type(again), again.learning_rate, again.momentum) == (optimizers.SGD, 0.3, 0.5)


def test_a_configuration_of_keras_with_a_schedule():
    schedule = {
        "module": "keras.optimizers.schedules",
        "class_name": "InverseTimeDecay",
        "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5},
        "registered_name": None,
    }
    again = optimizers.get({"class_name": "Adam", "config": {"learning_rate": schedule}})
    assert isinstance(again.learning_rate, optimizers.schedules.InverseTimeDecay)
    assert again.learning_rate.decay_steps == 5.0


def test_a_configuration_with_an_unknown_name_or_argument_is_refused():
    with pytest.raises(UnknownNameError, match='Did you mean "adam"'):
        optimizers.get({"class_name": "Adm", "config": {}})
    with pytest.raises(SavedFileError, match='no argument "momentun"'):
        optimizers.get({"class_name": "SGD", "config": {"momentun": 0.5}})


def test_a_configuration_survives_its_own_round_trip():
    optimizer = optimizers.Nadam(0.3, beta_1=0.8, use_ema=True, gradient_accumulation_steps=3)
    again = optimizers.Nadam.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
    assert again.gradient_accumulation_steps == 3


def test_a_transformation_of_optax_is_wrapped():
    transformation = optax.lion(1e-3)
    wrapped = optimizers.get(transformation)
    assert isinstance(wrapped, optimizers.OptaxOptimizer)
    assert wrapped.transformation is transformation


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match=r'unknown optimizer "adm"\. Did you mean "adam"\?'):
        optimizers.get("adm")


@pytest.mark.parametrize("thing", [3, None, ("init", "update"), optimizers.Adam, len])
def test_anything_else_is_refused(thing):
    with pytest.raises(UsageError, match="optimizer: "):
        optimizers.get(thing)
