"""What every optimizer of the package promises, whatever its rule."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._registry import from_config, to_config
from fallline._tree import canonical, stack
from fallline.errors import UsageError
from fallline.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop, optimizers, schedules

FAMILIES = {
    "sgd": SGD,
    "sgd momentum": lambda **k: SGD(momentum=0.9, **k),
    "sgd nesterov": lambda **k: SGD(momentum=0.9, nesterov=True, **k),
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "rmsprop centered momentum": lambda **k: RMSprop(momentum=0.5, centered=True, **k),
    "adam": Adam,
    "adam amsgrad": lambda **k: Adam(amsgrad=True, **k),
    "adamw": AdamW,
}
OPTIONS = {
    "plain": {},
    "decay": {"weight_decay": 0.01},
    "clipnorm": {"clipnorm": 0.5},
    "clipvalue": {"clipvalue": 0.5},
    "global clipnorm": {"global_clipnorm": 0.5},
    "schedule": {"learning_rate": schedules.ExponentialDecay(0.1, 3, 0.5)},
}
each_family = pytest.mark.parametrize("make", FAMILIES.values(), ids=FAMILIES.keys())
each_option = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())


@each_family
@each_option
def test_the_configuration_goes_to_json_and_back(make, options):
    optimizer = make(**options)
    again = from_config(json.loads(json.dumps(to_config(optimizer))))
    assert type(again) is type(optimizer)
    assert jax.tree.structure(again) == jax.tree.structure(optimizer)
    assert jax.tree.leaves(again) == jax.tree.leaves(optimizer)


@each_family
@each_option
def test_other_numbers_are_the_same_program(make, options):
    first, second = (
        canonical(make(**options)),
        canonical(jax.tree.map(lambda leaf: leaf / 2, make(**options))),
    )
    assert jax.tree.structure(first) == jax.tree.structure(second)
    shapes = [[(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(one)] for one in (first, second)]
    assert shapes[0] == shapes[1]
    assert len(jax.tree.leaves(first)) >= 1


def test_whole_numbers_are_the_same_program_as_fractions():
    leaves = [jax.tree.leaves(canonical(SGD(rate)))[0] for rate in (1, 1.0, np.float32(1), np.int64(1))]
    assert {(leaf.dtype.name, leaf.shape, float(leaf)) for leaf in leaves} == {("float32", (), 1.0)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SGD(momentum=0.0), SGD(momentum=0.5)),
        (SGD(momentum=0.5), SGD(momentum=0.5, nesterov=True)),
        (RMSprop(), RMSprop(centered=True)),
        (Adam(), Adam(amsgrad=True)),
        (Adam(), Adam(clipnorm=1.0)),
        (Adam(), Adam(weight_decay=0.1)),
        (Adam(), AdamW()),
    ],
)
def test_other_choices_are_other_programs(one, other):
    assert jax.tree.structure(one) != jax.tree.structure(other)


@each_family
@each_option
def test_stacked_numbers_give_each_member_its_solo_run(make, options, start, gradients):
    members = [
        jax.tree.map(lambda leaf, factor=factor: leaf * factor, make(**options)) for factor in (1, 0.7, 0.2)
    ]

    def run(optimizer):
        params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
        state = optimizer.init(params)
        for gradient in gradients[:2]:
            gradient = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), gradient)
            params, state = optimizer.update(gradient, state, params)
        return params

    together = jax.vmap(run)(stack(members))
    for index, member in enumerate(members):
        for name, alone in run(member).items():
            np.testing.assert_allclose(together[name][index], alone, rtol=1e-5, atol=1e-6)
    assert np.max(np.abs(together["kernel"][0] - together["kernel"][2])) > 1e-4


@each_family
@each_option
def test_the_type_of_the_parameters_is_kept_and_numbers_adapt(make, options, descend):
    numbers = {
        "written": lambda optimizer: optimizer,
        "float32": lambda optimizer: jax.tree.map(jnp.float32, optimizer),
        "canonical": canonical,
    }
    results = [descend(change(make(**options)), steps=2) for change in numbers.values()]
    for result in results:
        assert {leaf.dtype.name for leaf in jax.tree.leaves(result)} == {"float32"}
        np.testing.assert_array_equal(result["kernel"], results[0]["kernel"])
    with jax.enable_x64(True):
        for change in numbers.values():
            precise = descend(change(make(**options)), jnp.float64, steps=2)
            assert {leaf.dtype.name for leaf in jax.tree.leaves(precise)} == {"float64"}
            np.testing.assert_allclose(precise["kernel"], results[0]["kernel"], rtol=2e-4, atol=2e-5)
        mixed = descend(canonical(make(**options)), jnp.float32, steps=2)
        assert {leaf.dtype.name for leaf in jax.tree.leaves(mixed)} == {"float32"}


@each_family
def test_slots_have_the_shapes_and_type_of_the_parameters(make, start):
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    state = make().init(params)
    assert state.step.dtype == jnp.int32
    for slot in state.slots.values():
        assert jax.tree.map(lambda a: (a.shape, a.dtype), slot) == jax.tree.map(
            lambda a: (a.shape, a.dtype), params
        )
    _, after = make().update(params, state, params)
    assert jax.tree.structure(after) == jax.tree.structure(state)
    assert after.slots.keys() == state.slots.keys()


@each_family
def test_a_schedule_gives_the_rate_of_each_step(make, start, gradients, descend, assert_same):
    values = [0.3, 0.2, 0.1]
    scheduled = descend(make(learning_rate=schedules.PiecewiseConstantDecay([2, 6], values)))
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    state = make().init(params)
    for step, gradient in enumerate(gradients):
        rate = values[0] if step <= 2 else values[1] if step <= 6 else values[2]
        gradient = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), gradient)
        params, state = make(learning_rate=rate).update(gradient, state, params)
    assert_same(scheduled, params, rtol=1e-6, atol=1e-6)


def test_the_learning_rate_of_a_step_can_be_asked():
    assert float(Adam(0.25).learning_rate_at(jnp.int32(7))) == 0.25
    scheduled = Adam(schedules.InverseTimeDecay(1.0, 1, 1))
    assert [float(scheduled.learning_rate_at(jnp.int32(t))) for t in (0, 1, 3)] == [1.0, 0.5, 0.25]


@each_family
def test_no_parameters_are_no_work(make):
    params, state = make(global_clipnorm=1.0).update({}, make().init({}), {})
    assert params == {}
    assert int(state.step) == 1


def test_parameters_of_several_types_are_refused():
    params = {"a": jnp.zeros(2, jnp.float32), "b": jnp.zeros(2, jnp.bfloat16)}
    optimizer = SGD()
    with pytest.raises(UsageError, match="one type, got bfloat16 and float32"):
        optimizer.update(params, optimizer.init(params), params)


@pytest.mark.parametrize("cls", optimizers.classes().values(), ids=optimizers.classes().keys())
@pytest.mark.parametrize(
    "rate", [-0.1, float("nan"), float("inf"), "fast", True, None, [0.1, 0.2], lambda: 0.1]
)
def test_a_learning_rate_that_is_none_is_refused(cls, rate):
    with pytest.raises(UsageError, match=f"{cls.__name__}: learning_rate must be a"):
        cls(learning_rate=rate)


@pytest.mark.parametrize("cls", optimizers.classes().values(), ids=optimizers.classes().keys())
def test_a_negative_weight_decay_is_refused(cls):
    with pytest.raises(UsageError, match=f"{cls.__name__}: weight_decay must be a finite number at least 0"):
        cls(weight_decay=-0.1)


def test_the_values_of_arrays_are_not_judged():
    assert SGD(np.array([0.1, -0.1])).learning_rate.shape == (2,)
    jax.vmap(lambda rate: SGD(rate).learning_rate)(jnp.ones(2))
