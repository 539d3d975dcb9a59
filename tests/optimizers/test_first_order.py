"""What every optimizer of the package promises, whatever its rule."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import canonical, stack, tree
from fallline.errors import UsageError
from fallline.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    DeltaBarDelta,
    FirstOrderOptimizer,
    Ftrl,
    Lamb,
    Lion,
    Nadam,
    Problem,
    RMSprop,
    RProp,
    optimizers,
    schedules,
)
from fallline.registry.configuration import from_config, to_config
from fallline.registry.custom_objects import custom_object_scope

jitted = jax.jit  # noqa: TID251 - a step alone, without the engine
FAMILIES = {
    "sgd": SGD,
    "sgd momentum": lambda **k: SGD(momentum=0.9, **k),
    "sgd nesterov": lambda **k: SGD(momentum=0.9, nesterov=True, **k),
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "rmsprop centered momentum": lambda **k: RMSprop(momentum=0.5, centered=True, **k),
    "adam": Adam,
    "adam amsgrad": lambda **k: Adam(amsgrad=True, **k),
    "adam corrected": lambda **k: Adam(epsilon_place="corrected", **k),
    "adamw": AdamW,
    "sgd lookahead": lambda **k: SGD(momentum=0.9, nesterov="lookahead", **k),
    "adamax": Adamax,
    "nadam": Nadam,
    # With Keras's default it moves by less than rounding in a few steps.
    "adadelta": lambda **k: Adadelta(**({"learning_rate": 1.0} | k)),
    "lion": Lion,
    "ftrl": lambda **k: Ftrl(l1_regularization_strength=0.01, beta=0.1, **k),
    "lamb": Lamb,
    "adafactor": Adafactor,
    "rprop": RProp,
    "delta bar delta": DeltaBarDelta,
}
OPTIONS = {
    "decay": {"weight_decay": 0.01},
    "clipnorm": {"clipnorm": 0.5},
    "clipvalue": {"clipvalue": 0.5},
    "global clipnorm": {"global_clipnorm": 0.5},
    "schedule": {"learning_rate": schedules.ExponentialDecay(0.1, 3, 0.5)},
    "accumulation": {"gradient_accumulation_steps": 2},
    "moving average": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
    "even average": {"polyak_start": 1},
    # The decay shows the rate, which in plain descent the scale would cancel.
    "loss scale": {"loss_scale_factor": 8.0, "weight_decay": 0.1},
}
each_family = pytest.mark.parametrize("make", FAMILIES.values(), ids=FAMILIES.keys())
# Every rule plain, and every option with a rule without slots and one with slots of two kinds.
CASES = {name: (make, {}) for name, make in FAMILIES.items()} | {
    f"{name}, {option}": (FAMILIES[name], options)
    for name in ("sgd", "nadam")
    for option, options in OPTIONS.items()
}
each_case = pytest.mark.parametrize(("make", "options"), CASES.values(), ids=CASES.keys())
FIRST_ORDER = {n: c for n, c in optimizers.classes().items() if issubclass(c, FirstOrderOptimizer)}


class Thirds(schedules.LearningRateSchedule):
    """As Keras's programs write a schedule: no tree."""

    def __init__(self, first):
        self.first = first

    def __call__(self, step):
        return self.first * (1 / 3) ** step

    def get_config(self):
        return {"first": self.first}


def scaled(optimizer, factor):
    """The optimizer with its numbers multiplied; what counts stays."""
    return jax.tree.map(lambda leaf: leaf if isinstance(leaf, np.integer) else leaf * factor, optimizer)


@each_case
def test_the_configuration_goes_to_json_and_back(make, options):
    optimizer = make(**options)
    again = from_config(json.loads(json.dumps(to_config(optimizer))))
    assert type(again) is type(optimizer)
    assert jax.tree.structure(again) == jax.tree.structure(optimizer)
    assert jax.tree.leaves(again) == jax.tree.leaves(optimizer)


@each_case
def test_other_numbers_are_the_same_program(make, options):
    first, second = (
        canonical(make(**options)),
        canonical(scaled(make(**options), 0.5)),
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


@each_case
def test_stacked_numbers_give_each_member_its_solo_run(make, options, start, gradients):
    members = [scaled(make(**options), factor) for factor in (1, 0.7, 0.2)]

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


@each_case
def test_the_type_of_the_parameters_is_kept_and_numbers_adapt(make, options, walk):
    numbers = {
        "written": lambda optimizer: optimizer,
        "float32": lambda optimizer: jax.tree.map(
            lambda leaf: leaf if isinstance(leaf, np.integer) else jnp.float32(leaf), optimizer
        ),
        "canonical": canonical,
    }
    results = [walk(change(make(**options)), steps=2) for change in numbers.values()]
    for result in results:
        assert {leaf.dtype.name for leaf in jax.tree.leaves(result)} == {"float32"}
        np.testing.assert_array_equal(result["kernel"], results[0]["kernel"])
    with jax.enable_x64(True):
        for change in numbers.values():
            precise = walk(change(make(**options)), jnp.float64, steps=2)
            assert {leaf.dtype.name for leaf in jax.tree.leaves(precise)} == {"float64"}
            np.testing.assert_allclose(precise["kernel"], results[0]["kernel"], rtol=2e-4, atol=2e-5)
        mixed = walk(canonical(make(**options)), jnp.float32, steps=2)
        assert {leaf.dtype.name for leaf in jax.tree.leaves(mixed)} == {"float32"}


@each_family
def test_slots_have_the_shapes_and_type_of_the_parameters(make, start):
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    state = make().init(params)
    assert state.step.dtype == jnp.int32
    for name, slot in state.slots.items():
        if name == "u_product":  # Nadam's product of momenta
            assert (slot.shape, slot.dtype) == ((), jnp.float32)
            continue
        if isinstance(slot["bias"], dict):  # Adafactor keeps less than an array
            assert {leaf.dtype.name for leaf in jax.tree.leaves(slot)} == {"float32"}
            continue
        assert jax.tree.map(lambda a: (a.shape, a.dtype), slot) == jax.tree.map(
            lambda a: (a.shape, a.dtype), params
        )
    _, after = make().update(params, state, params)
    assert jax.tree.structure(after) == jax.tree.structure(state)
    assert after.slots.keys() == state.slots.keys()


WITH_A_RATE = {n: f for n, f in FAMILIES.items() if n not in ("rprop", "delta bar delta")}


@pytest.mark.parametrize("make", WITH_A_RATE.values(), ids=WITH_A_RATE.keys())
def test_a_schedule_gives_the_rate_of_each_step(make, start, gradients, walk, assert_same):
    values = [0.3, 0.2, 0.1]
    scheduled = walk(make(learning_rate=schedules.PiecewiseConstantDecay([2, 6], values)))
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


@pytest.mark.parametrize("cls", FIRST_ORDER.values(), ids=FIRST_ORDER.keys())
@pytest.mark.parametrize(
    "rate", [-0.1, float("nan"), float("inf"), "fast", True, None, [0.1, 0.2], lambda step, epoch: 0.1]
)
def test_a_learning_rate_that_is_none_is_refused(cls, rate):
    with pytest.raises(UsageError, match=f"{cls.__name__}: learning_rate must be a"):
        cls(learning_rate=rate)


@pytest.mark.parametrize("cls", FIRST_ORDER.values(), ids=FIRST_ORDER.keys())
def test_a_negative_weight_decay_is_refused(cls):
    with pytest.raises(UsageError, match=f"{cls.__name__}: weight_decay must be a finite number at least 0"):
        cls(weight_decay=-0.1)


def test_stacked_numbers_are_judged_and_traced_ones_are_not():
    assert SGD(np.array([0.1, 0.2])).learning_rate.shape == (2,)
    with pytest.raises(UsageError, match="learning_rate must be finite numbers at least 0, got -0.1 among 2"):
        SGD(np.array([0.1, -0.1]))
    jax.vmap(lambda rate: SGD(rate).learning_rate)(jnp.ones(2))


@each_case
def test_bfloat16_is_kept_from_step_to_step(make, options, start, gradients):
    optimizer = canonical(make(**options))
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.bfloat16), start)
    state, update = optimizer.init(params), jitted(optimizer.update)
    types = [leaf.dtype for leaf in jax.tree.leaves(state)]
    for gradient in gradients[:3]:
        gradient = jax.tree.map(lambda value: jnp.asarray(value, jnp.bfloat16), gradient)
        params, state = update(gradient, state, params)
    assert {leaf.dtype.name for leaf in jax.tree.leaves(params)} == {"bfloat16"}
    assert [leaf.dtype for leaf in jax.tree.leaves(state)] == types
    assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(params))


@pytest.mark.parametrize("make", [Adam, Nadam, Lamb], ids=["adam", "nadam", "lamb"])
def test_bfloat16_follows_float32(make, walk, start):
    """In bfloat16 1 - 0.999 is 0: computed there, Adam would stand still."""
    narrow, wide = walk(make(0.1), jnp.bfloat16), walk(make(0.1))
    for name, before in start.items():
        moved = np.max(np.abs(wide[name] - before))
        assert moved > 0.1
        np.testing.assert_allclose(narrow[name].astype(jnp.float32), wide[name], atol=0.1 * moved)


def bowl(params):
    return 0.5 * sum(jnp.sum(jnp.square(leaf)) for leaf in jax.tree.leaves(params)), "what is left"


@each_case
def test_a_compiled_step_is_the_update_with_the_gradient_at_the_parameters(make, options, start):
    optimizer = make(**options)
    params = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    state = optimizer.init(params)
    for _ in range(3):
        where = params
        if getattr(optimizer, "nesterov", None) == "lookahead":
            where = optimizer.look_ahead(state, params)
        # The derivative of the bowl is where it is taken, times the scale that update takes back.
        gradients = where if optimizer.loss_scale_factor is None else jax.tree.map(lambda p: 8 * p, where)
        expected, _ = jitted(optimizer.update)(gradients, state, params)
        stepped = jitted(lambda state, params: optimizer.step(Problem(bowl), state, params)[:3])
        new, state, value = stepped(state, params)
        np.testing.assert_allclose(value, bowl(where)[0], rtol=1e-6)
        for name, leaf in new.items():
            np.testing.assert_allclose(leaf, expected[name], rtol=2e-6, atol=1e-7)
        params = new
    assert optimizer.step(Problem(bowl), state, params)[3] == "what is left"


NUMBERS = {
    "momentum": (lambda number: SGD(0.1, number), [0.5, 0.5, 0.9, 0.9]),
    "weight decay": (lambda number: SGD(0.1, weight_decay=number), [0.3, 0.3, 0.1, 0.1]),
    "clip": (lambda number: SGD(0.1, clipvalue=number), [0.5, 0.5, 2.0, 2.0]),
    "beta": (lambda number: Adam(0.1, number), [0.5, 0.5, 0.9, 0.9]),
    "epsilon": (lambda number: RMSprop(0.1, epsilon=number), [0.5, 0.5, 0.1, 0.1]),
    "average": (
        lambda number: SGD(0.1, use_ema=True, ema_momentum=number, ema_overwrite_frequency=1),
        [0.5, 0.5, 0.1, 0.1],
    ),
}


@pytest.mark.parametrize(("make", "values"), NUMBERS.values(), ids=NUMBERS.keys())
@pytest.mark.parametrize("kind", ["schedule", "function"])
def test_any_number_may_follow_a_schedule(make, values, kind, start, gradients):
    first, last = values[0], values[-1]
    # A boundary still has the number before it.
    schedule = schedules.PiecewiseConstantDecay([1], [first, last])
    varying = make(schedule if kind == "schedule" else lambda step: jnp.where(step <= 1, first, last))
    params = fixed = jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), start)
    state = fixed_state = varying.init(params)
    for value, gradient in zip(values, gradients, strict=False):
        gradient = jax.tree.map(lambda array: jnp.asarray(array, jnp.float32), gradient)
        params, state = varying.update(gradient, state, params)
        fixed, fixed_state = make(value).update(gradient, fixed_state, fixed)
        for name in params:
            np.testing.assert_allclose(params[name], fixed[name], rtol=1e-6)


def test_a_function_of_the_step_is_a_learning_rate(walk, follow, assert_same):
    optimizer = SGD(lambda step: 0.1 / (1 + 0.5 * step))
    assert_same(walk(optimizer), follow(lambda p, g, t, memory: p - 0.1 / (1 + 0.5 * (t - 1)) * g))
    with pytest.raises(UsageError, match="cannot save"):
        optimizer.get_config()


def test_a_function_without_arguments_is_asked_when_the_optimizer_is_made():
    rates = iter([0.25, 0.5])
    optimizer = SGD(lambda: next(rates))
    assert optimizer.learning_rate == 0.25
    optimizer.learning_rate = lambda: next(rates)
    assert optimizer.learning_rate == 0.5
    with pytest.raises(UsageError, match="learning_rate must be a number at least 0, got str"):
        SGD(lambda: "fast")
    with pytest.raises(UsageError, match="must be a number, a schedule or a function of the step"):
        SGD(lambda step, epoch: 0.1)


def test_a_schedule_written_as_in_keras(walk, follow, assert_same):
    optimizer = SGD(Thirds(0.2))
    assert_same(walk(optimizer), follow(lambda p, g, t, memory: p - 0.2 * (1 / 3) ** (t - 1) * g))
    with custom_object_scope({"Thirds": Thirds}):
        again = from_config(json.loads(json.dumps(to_config(optimizer))))
    assert_same(walk(again), walk(optimizer), rtol=0, atol=0)
    with pytest.raises(UsageError, match=r"got the class Thirds; write Thirds\(...\)"):
        SGD(Thirds)


def test_a_schedule_written_as_in_keras_without_a_get_config():
    """It is saved by the arguments that it keeps under their names, and not where it keeps them otherwise."""

    class Silent(schedules.LearningRateSchedule):
        def __init__(self, first):
            self.first = first

        def __call__(self, step):
            return self.first

    config = json.loads(json.dumps(to_config(SGD(Silent(0.25)))))
    with custom_object_scope({"Silent": Silent}):
        assert from_config(config).learning_rate.first == 0.25

    class Hidden(Silent):
        def __init__(self, first):
            super().__init__(first=0.0)
            self._kept = first

    with pytest.raises(UsageError, match="cannot save Hidden: .* or give it a get_config"):
        SGD(Hidden(0.1)).get_config()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Adam(use_ema="no"), "Adam: use_ema must be True or False, got 'no'"),
        (lambda: Adam(amsgrad="yes"), "Adam: amsgrad must be True or False"),
        (lambda: RMSprop(centered=None), "RMSprop: centered must be True or False"),
        (lambda: Adafactor(relative_step=0), "Adafactor: relative_step must be True or False"),
        (
            lambda: schedules.PolynomialDecay(0.1, 3, cycle="x"),
            "PolynomialDecay: cycle must be True or False",
        ),
        (lambda: schedules.ExponentialDecay(0.1, 3, 0.5, "x"), "ExponentialDecay: staircase must be True"),
        (lambda: schedules.InverseTimeDecay(0.1, 3, 0.5, "x"), "InverseTimeDecay: staircase must be True"),
        (lambda: schedules.OneCycle(0.1, 3, three_phase="x"), "OneCycle: three_phase must be True or False"),
    ],
)
def test_flags_are_true_or_false(make, message):
    with pytest.raises(UsageError, match=message):
        make()


def test_a_function_that_needs_a_plain_number_is_explained():
    optimizer = SGD(lambda step: 0.1 if step < 3 else 0.01)
    params = {"p": jnp.ones(2)}
    with pytest.raises(UsageError, match=r"Write it with jax\.numpy: jnp\.where for if"):
        jitted(optimizer.update)(params, optimizer.init(params), params)


def test_a_schedule_of_your_own(walk, follow, assert_same):
    @tree
    class Halving(schedules.LearningRateSchedule):
        first: float

        def __call__(self, step):
            return self.first * 0.5 ** step.astype(jnp.float32)

    assert_same(walk(SGD(Halving(0.2))), follow(lambda p, g, t, memory: p - 0.2 * 0.5 ** (t - 1) * g))


@pytest.mark.parametrize("rate", [0.5, np.float32(0.5), np.float64(0.5), jnp.float32(0.5)])
def test_the_learning_rate_may_be_assigned(rate, walk, follow, assert_same):
    optimizer = SGD(0.1)
    optimizer.learning_rate = rate
    assert_same(walk(optimizer), follow(lambda p, g, t, memory: p - 0.5 * g))


def test_nothing_else_may_be_assigned():
    with pytest.raises(AttributeError, match="make a new Adam with the other beta_1"):
        Adam().beta_1 = 0.5


def test_parameters_can_be_spared_from_weight_decay():
    params = {"dense": {"kernel": jnp.ones(2), "bias": jnp.ones(2)}, "last": {"kernel": jnp.ones(1)}}
    zeros = jax.tree.map(jnp.zeros_like, params)

    def left_of(optimizer):
        new, _ = optimizer.update(zeros, optimizer.init(params), params)
        return {f"{layer}/{name}": float(v[0]) for layer, part in new.items() for name, v in part.items()}

    decayed = pytest.approx(1 - 0.5 * 0.1)
    everything = {"dense/kernel": decayed, "dense/bias": decayed, "last/kernel": decayed}
    assert left_of(SGD(0.5, weight_decay=0.1)) == everything
    spared = SGD(0.5, weight_decay=0.1, weight_decay_exclusions=("bias",))
    assert left_of(spared) == everything | {"dense/bias": 1.0}
    spared.exclude_from_weight_decay(var_names=["^last/", "bias"])
    assert left_of(spared) == everything | {"dense/bias": 1.0, "last/kernel": 1.0}
    assert left_of(SGD.from_config(spared.get_config())) == left_of(spared)


@pytest.mark.parametrize("names", [["("], [3], 3])
def test_what_is_no_pattern_is_refused(names):
    with pytest.raises(UsageError, match="Adam: weight_decay_exclusions must be names or patterns"):
        Adam(weight_decay_exclusions=names)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("gradient_accumulation_steps", 1, "a whole number of at least 2"),
        ("gradient_accumulation_steps", 2.5, "a whole number of at least 2"),
        ("ema_overwrite_frequency", 0, "a whole number of at least 1"),
        ("polyak_start", -1, "a whole number of at least 0"),
        ("ema_momentum", 1.5, "a finite number between 0 and 1"),
        ("loss_scale_factor", 0.0, "a finite number above 0"),
    ],
)
def test_options_out_of_range_are_refused(setting, value, message):
    with pytest.raises(UsageError, match=f"SGD: {setting} must be {message}"):
        SGD(**{setting: value})


def test_one_average_at_a_time():
    with pytest.raises(UsageError, match="either use_ema or polyak_start"):
        SGD(use_ema=True, polyak_start=0)
