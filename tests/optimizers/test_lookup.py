import optax
import pytest

from fallline import optimizers
from fallline._registry import to_config
from fallline.errors import UnknownNameError, UsageError


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
    class Still(optimizers.Optimizer):
        def init_slots(self, params):
            return {}

        def update(self, gradients, state, params):
            return params, state

    still = Still()
    assert optimizers.get(still) is still


def test_a_configuration_gives_its_optimizer():
    again = optimizers.get(to_config(optimizers.SGD(0.3, momentum=0.5)))
    assert (type(again), again.learning_rate, again.momentum) == (optimizers.SGD, 0.3, 0.5)


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
