"""Curvature products against finite differences and against matrices by hand, in float64."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers.optimizer import Problem
from fallline.optimizers.second_order.curvature import gauss_newton_model, hessian_model
from fallline.optimizers.second_order.dense import matrix_of
from fallline.optimizers.second_order.flat import flatten


def test_hessian_products_are_differences_of_gradients(small_net):
    with jax.enable_x64(True):
        problem = flatten(*small_net(dtype=jnp.float64, l2=0.01))
        model = hessian_model(problem)
        gradient = jax.grad(problem.value)
        for seed in range(3):
            v = np.random.default_rng(seed).normal(size=31)
            difference = (gradient(problem.point + 1e-5 * v) - gradient(problem.point - 1e-5 * v)) / 2e-5
            np.testing.assert_allclose(model.product(jnp.asarray(v)), difference, rtol=1e-7, atol=1e-9)


def test_the_model_gives_value_gradient_and_what_the_loss_leaves(small_net):
    with jax.enable_x64(True):
        net, params = small_net(dtype=jnp.float64, l2=0.01)
        problem = flatten(net, params)
        numbers = np.eye(31)
        slopes = [
            (problem.value(problem.point + 1e-6 * e) - problem.value(problem.point - 1e-6 * e)) / 2e-6
            for e in numbers
        ]
        for model in (hessian_model(problem), gauss_newton_model(problem, "GaussNewton")):
            value, left = model.kept
            assert float(value) == float(model.value) == float(net.loss(params)[0])
            assert int(left["count"]) == 120
            np.testing.assert_allclose(model.gradient, slopes, rtol=1e-6, atol=1e-9)


def test_the_gauss_newton_matrix_is_jacobian_loss_hessian_jacobian_and_the_penalty(small_net):
    """For the mean squared error over n rows H_L = 2/n I; the l2 penalty adds 2 l2 on the kernels' diagonal."""
    with jax.enable_x64(True):
        net, params = small_net(dtype=jnp.float64, l2=0.01)
        problem = flatten(net, params)
        point = np.asarray(problem.point)
        J = np.stack(
            [
                np.asarray(problem.outputs(point + 1e-6 * e) - problem.outputs(point - 1e-6 * e)).ravel()
                / 2e-6
                for e in np.eye(31)
            ],
            axis=1,
        )
        is_kernel = np.concatenate(
            [
                np.full(leaf.size, path[-1].key == "kernel")
                for path, leaf in jax.tree_util.tree_leaves_with_path(params)
            ]
        )
        expected = J.T @ J * 2 / 120 + 2 * 0.01 * np.diag(is_kernel)
        model = gauss_newton_model(problem, "GaussNewton")
        np.testing.assert_allclose(matrix_of(model.product, model.gradient), expected, rtol=1e-6, atol=1e-8)


def test_gauss_newton_and_hessian_agree_where_the_outputs_are_linear(quadratic):
    problem, params, _ = quadratic()
    problem = flatten(problem, params)
    hessian, gauss_newton = hessian_model(problem), gauss_newton_model(problem, "GaussNewton")
    for v in jnp.eye(12):
        np.testing.assert_allclose(gauss_newton.product(v), hessian.product(v), rtol=1e-5, atol=1e-4)


def test_a_loss_without_outputs_has_no_gauss_newton_matrix():
    problem = Problem(lambda params: (jnp.sum(params["w"] ** 2), {}))
    with pytest.raises(UsageError, match="GaussNewton: this loss is not known as a function of outputs"):
        gauss_newton_model(flatten(problem, {"w": jnp.ones(3)}), "GaussNewton")


def test_parameters_of_several_types_are_refused():
    problem = Problem(lambda params: (jnp.sum(params["w"]), {}))
    params = {"w": jnp.ones(3), "v": jnp.ones(2, jnp.bfloat16)}
    with pytest.raises(UsageError, match="one floating type, got bfloat16 and float32"):
        flatten(problem, params)
    with pytest.raises(UsageError, match="one floating type, got int32"):
        flatten(problem, {"w": jnp.ones(3, jnp.int32)})
