"""What every optimizer of second order does: one table, one problem, one contract."""

from __future__ import annotations

import dataclasses
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline._tree import canonical, replace, stack
from fallline.errors import UsageError
from fallline.optimizers import optimizers
from fallline.optimizers.optimizer import Problem
from fallline.optimizers.schedules import ExponentialDecay
from fallline.optimizers.second_order import LBFGS, GaussNewton, LevenbergMarquardt, Newton, NewtonCG

ALL = {
    "newton": Newton(),
    "newton_shift": Newton(negative_curvature="shift"),
    "newton_none": Newton(negative_curvature="none"),
    "newton_pure": Newton(damping=0.1, line_search=False),
    "gauss_newton": GaussNewton(),
    "levenberg_marquardt": LevenbergMarquardt(),
    "newton_cg": NewtonCG(),
    "newton_cg_gauss": NewtonCG(curvature="gauss_newton", tolerance=0.1),
    "lbfgs": LBFGS(),
}
NUMBER = {"LevenbergMarquardt": "initial_damping", "LBFGS": "flatness"}

compiled = jax.jit  # noqa: TID251 - eager, each of a step's loops would compile on its own

every = pytest.mark.parametrize("name", ALL)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("newton", Newton),
        ("gauss_newton", GaussNewton),
        ("levenberg_marquardt", LevenbergMarquardt),
        ("newton_cg", NewtonCG),
        ("lbfgs", LBFGS),
    ],
)
def test_the_names_resolve(name, kind):
    assert type(optimizers.get(name)) is kind
    assert type(optimizers.get(kind.__name__)) is kind


@every
def test_a_configuration_makes_an_equal_optimizer(name):
    config = ALL[name].get_config()
    again = type(ALL[name]).from_config(config)
    assert again.get_config() == config
    assert jax.tree.structure(again) == jax.tree.structure(ALL[name])


@every
def test_a_step_gives_the_loss_at_the_old_parameters_and_what_it_left(name, quadratic):
    problem, params, _ = quadratic()
    optimizer = ALL[name]
    new, state, value, left = compiled(partial(optimizer.step, problem))(optimizer.init(params), params)
    before, expected = problem.loss(params)
    np.testing.assert_allclose(value, before, rtol=1e-5)
    np.testing.assert_allclose(left["sum"], expected["sum"], rtol=1e-5)
    assert int(state.step) == 1
    assert float(problem.loss(new)[0]) < float(before)


def types(tree):
    return [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(tree)]


@every
@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32, jnp.float64])
def test_the_types_of_parameters_and_state_stay(name, dtype, small_net):
    with jax.enable_x64(dtype == jnp.float64):
        problem, params = small_net(dtype=dtype)
        before = ALL[name].init(params)
        new, state, value, _ = jax.eval_shape(partial(ALL[name].step, problem), before, params)
        assert (types(new), types(state)) == (types(params), types(before))
        assert value.dtype == dtype


@pytest.mark.parametrize("name", ["newton", "levenberg_marquardt", "newton_cg", "lbfgs"])
def test_in_bfloat16_the_loss_falls(name, small_net, descend):
    _, _, losses, _ = descend(ALL[name], *small_net(dtype=jnp.bfloat16), 5)
    assert losses[-1] < 0.3 * losses[0]


@every
def test_the_loss_never_rises_in_a_search(name, small_net, descend):
    if name != "newton_pure":
        _, _, losses, _ = descend(ALL[name], *small_net(), 10)
        assert np.diff(losses).max() < 1e-6 * losses[0]


@every
def test_members_side_by_side_go_the_way_each_goes_alone(name, small_net):
    """Starts of two seeds, and two values of a number, in one vmap; and the number does not compile again."""
    number = NUMBER.get(type(ALL[name]).__name__, "damping")
    members = [canonical(replace(ALL[name], **{number: value})) for value in (0.5, 0.1)]
    problem, first = small_net(seed=0)
    _, second = small_net(seed=1)
    traces = []

    def two_steps(optimizer, params):
        traces.append(name)
        state = optimizer.init(params)
        for _ in range(2):
            params, state, value, _ = optimizer.step(problem, state, params)
        return params, value, state.slots["passes"]

    together = compiled(jax.vmap(two_steps))(
        stack(members), jax.tree.map(lambda *a: jnp.stack(a), first, second)
    )
    alone = compiled(two_steps)
    results = [alone(member, start) for member, start in zip(members, (first, second), strict=True)]
    assert len(traces) == 2
    for index, result in enumerate(results):
        for one, other in zip(jax.tree.leaves(result), jax.tree.leaves(together), strict=True):
            np.testing.assert_allclose(one, other[index], rtol=2e-3, atol=2e-4)
    # A search, or a shift, may decide more than the number.
    if name not in ("lbfgs", "newton_shift"):
        with pytest.raises(AssertionError):
            np.testing.assert_allclose(*(r[1] for r in (results[0], alone(members[1], first))), rtol=1e-4)


@every
def test_the_minimum_is_not_left(name, quadratic, descend):
    """Ten more steps from the minimum of a quadratic, where rounding alone speaks, stay within rounding."""
    problem, params, minimum = quadratic(condition=10.0)
    at = {"kernel": minimum[:8].reshape(4, 2), "bias": minimum[8:]}
    start = {key: jnp.asarray(value, jnp.float32) for key, value in at.items()}
    params, _, _, _ = descend(ALL[name], problem, start, 10)
    np.testing.assert_allclose(params["bias"], at["bias"], atol=1e-5)
    np.testing.assert_allclose(params["kernel"], at["kernel"], atol=1e-5)


def separable(function):
    return Problem(
        lambda params: (jnp.sum(function(params["w"])), {}),
        lambda params: params["w"],
        lambda outputs, params: jnp.sum(function(outputs)),
    )


@every
def test_a_gradient_of_zero_is_no_step(name, descend):
    params, _, _, _ = descend(ALL[name], separable(jnp.square), {"w": jnp.zeros(3)}, 2)
    np.testing.assert_array_equal(params["w"], np.zeros(3))


@every
def test_a_loss_that_is_not_finite_further_on_is_gone_around(name, descend):
    """log(p) has no value below 0, where the whole first step would lead."""
    if name != "newton_pure":
        start = {"w": jnp.asarray([5.0, 20.0])}
        params, _, losses, _ = descend(ALL[name], separable(lambda w: w - jnp.log(w)), start, 60)
        assert np.isfinite(losses).all()
        np.testing.assert_allclose(params["w"], [1, 1], rtol=1e-2)


@pytest.mark.parametrize("name", ["newton", "gauss_newton", "levenberg_marquardt"])
def test_too_many_parameters_are_refused_before_the_first_step(name):
    with pytest.raises(UsageError, match="2001 parameters are more than max_parameters=2000"):
        ALL[name].init({"w": jnp.zeros(2001)})
    dataclasses.replace(ALL[name], max_parameters=2001).init({"w": jnp.zeros(2001)})


@pytest.mark.parametrize("name", ["gauss_newton", "levenberg_marquardt", "newton_cg_gauss"])
def test_without_outputs_the_refusal_names_the_optimizer_and_the_way_out(name, quadratic):
    problem, params, _ = quadratic()
    optimizer = ALL[name]
    with pytest.raises(UsageError, match=f"{type(optimizer).__name__}.*use Newton, NewtonCG or LBFGS"):
        optimizer.step(Problem(problem.loss), optimizer.init(params), params)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Newton(damping=-1), "Newton: damping must be a finite number at least 0, got -1"),
        (lambda: Newton(negative_curvature="abz"), 'unknown negative_curvature of Newton "abz".*"abs"'),
        (lambda: Newton(max_parameters=0), "Newton: max_parameters must be a whole number of at least 1"),
        (lambda: GaussNewton(learning_rate="fast"), "GaussNewton: learning_rate must be a number"),
        (lambda: LevenbergMarquardt(initial_damping=0), "initial_damping must be a finite number above 0"),
        (lambda: NewtonCG(curvature="gauss-newton"), 'unknown curvature of NewtonCG.*"gauss_newton"'),
        (lambda: NewtonCG(max_iterations=0), "NewtonCG: max_iterations must be a whole number"),
        (lambda: NewtonCG(tolerance=0), "NewtonCG: tolerance must be a finite number above 0"),
        (lambda: LBFGS(history_size=0), "LBFGS: history_size must be a whole number of at least 1"),
        (lambda: LBFGS(flatness=1.0), "LBFGS: flatness must be a finite number above 0.0001 and below 1"),
        (lambda: LBFGS(max_evaluations=2.5), "LBFGS: max_evaluations must be a whole number"),
        (lambda: LBFGS(memory=5), 'LBFGS: no argument "memory"'),
        (lambda: Newton(line_search="no"), "Newton: line_search must be True or False, got 'no'"),
        (lambda: Newton(negative_curvature=["abs"]), "unknown negative_curvature of Newton"),
    ],
)
def test_wrong_arguments_are_named(make, message):
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize("cls", [Newton, GaussNewton])
def test_a_schedule_gives_the_learning_rate(cls, quadratic):
    """From 1 at step 0 to a half at step 1, which goes half of the way to the minimum."""
    schedule = ExponentialDecay(1.0, decay_steps=1, decay_rate=0.5)
    problem, params, minimum = quadratic(condition=2.0)
    optimizer = cls(learning_rate=schedule, damping=0.0)
    late = dataclasses.replace(optimizer.init(params), step=jnp.asarray(1))
    new, _, _, _ = compiled(partial(optimizer.step, problem))(late, params)
    middle = (np.asarray(params["bias"]) + minimum[8:]) / 2
    np.testing.assert_allclose(new["bias"], middle, rtol=1e-4)


def test_only_lbfgs_needs_all_rows():
    assert {name: optimizer.full_batch is not None for name, optimizer in ALL.items()} == {
        name: name == "lbfgs" for name in ALL
    }


@pytest.mark.parametrize("cls", [Newton, GaussNewton, NewtonCG, LBFGS])
def test_older_programs_call_the_learning_rate_lr(cls):
    with pytest.warns(FutureWarning, match=rf"write {cls.__name__}\(learning_rate=0.5\)"):
        assert cls(lr=0.5).learning_rate == 0.5
