import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import SGD, clip_by_global_norm, clip_by_norm, clip_by_value, global_norm

ALL = [clip_by_value, clip_by_norm, clip_by_global_norm]


def test_clipping_by_value_changes_the_direction():
    gradient = {"w": jnp.asarray([0.9, 100.0]), "b": jnp.asarray([-7.0])}
    clipped = clip_by_value(gradient, 1.0)
    np.testing.assert_array_equal(clipped["w"], np.float32([0.9, 1.0]))
    np.testing.assert_array_equal(clipped["b"], [-1.0])


def test_clipping_by_norm_keeps_the_direction():
    clipped = clip_by_norm({"w": jnp.asarray([0.9, 100.0])}, 1.0)
    np.testing.assert_allclose(clipped["w"], [0.00899964, 0.9999595], rtol=1e-6)


def test_each_array_is_shortened_on_its_own():
    clipped = clip_by_norm({"a": jnp.asarray([3.0, 4.0]), "b": jnp.asarray([0.3, 0.4])}, 1.0)
    np.testing.assert_allclose(clipped["a"], [0.6, 0.8], rtol=1e-6)
    np.testing.assert_array_equal(clipped["b"], np.float32([0.3, 0.4]))


def test_the_global_norm_is_over_all_arrays():
    gradient = {"a": jnp.asarray([3.0, 4.0]), "b": jnp.asarray([[12.0]])}
    assert float(global_norm(gradient)) == 13.0
    clipped = clip_by_global_norm(gradient, 6.5)
    np.testing.assert_allclose(clipped["a"], [1.5, 2.0], rtol=1e-6)
    np.testing.assert_allclose(clipped["b"], [[6.0]], rtol=1e-6)


@pytest.mark.parametrize("clip", ALL)
def test_a_zero_gradient_stays_zero(clip):
    clipped = clip({"a": jnp.zeros(3), "b": jnp.zeros((2, 2))}, 0.7)
    assert all(np.array_equal(leaf, np.zeros(leaf.shape)) for leaf in clipped.values())


@pytest.mark.parametrize("clip", ALL)
def test_a_gradient_within_the_bound_keeps_every_bit(clip):
    gradient = {"a": jnp.asarray(np.random.default_rng(3).normal(size=100) / 20, jnp.float32)}
    np.testing.assert_array_equal(clip(gradient, 0.7)["a"], gradient["a"])


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_a_global_norm_that_is_not_finite_shows_everywhere(bad):
    clipped = clip_by_global_norm({"a": jnp.asarray([1.0, bad]), "b": jnp.ones(2)}, 1.0)
    assert all(np.isnan(leaf).all() for leaf in jax.tree.leaves(clipped))


def test_a_gradient_that_is_no_number_is_not_hidden():
    assert np.isnan(clip_by_norm({"a": jnp.asarray([1.0, jnp.nan])}, 1.0)["a"]).all()
    assert np.isnan(clip_by_value({"a": jnp.asarray([1.0, jnp.nan])}, 1.0)["a"][1])


@pytest.mark.parametrize("clip", ALL)
def test_no_arrays_are_no_work(clip):
    assert clip({}, 1.0) == {}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("clipvalue", {"w": [0.9, 1.0], "b": [1.0]}),
        ("clipnorm", {"w": [0.00899964, 0.9999595], "b": [1.0]}),
        # sqrt(0.9^2 + 100^2 + 14^2) = 100.979255
        ("global_clipnorm", {"w": [0.9 / 100.979255, 100 / 100.979255], "b": [14 / 100.979255]}),
    ],
)
def test_an_optimizer_clips_before_its_rule(setting, expected):
    gradient = {"w": jnp.asarray([0.9, 100.0]), "b": jnp.asarray([14.0])}
    params = jax.tree.map(jnp.zeros_like, gradient)
    optimizer = SGD(1.0, **{setting: 1.0})
    new, _ = optimizer.update(gradient, optimizer.init(params), params)
    for name, value in expected.items():
        np.testing.assert_allclose(-new[name], value, rtol=2e-6)


def test_only_one_limit_can_be_set():
    with pytest.raises(UsageError, match=r"SGD: only one of .* got clipnorm and global_clipnorm"):
        SGD(clipnorm=1.0, global_clipnorm=2.0)


@pytest.mark.parametrize("setting", ["clipvalue", "clipnorm", "global_clipnorm"])
def test_a_limit_must_be_above_zero(setting):
    with pytest.raises(UsageError, match=f"SGD: {setting} must be a finite number above 0, got 0"):
        SGD(**{setting: 0.0})
