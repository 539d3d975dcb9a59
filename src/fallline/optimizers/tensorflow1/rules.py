"""The equations of TensorFlow 1's optimizers, each a pure function of arrays, as its kernels compute them.

A rule takes a parameter w, its slots, the numbers of the step and the gradient g, all of one floating type, and gives the
new parameter and the new slots. They differ from Keras's rules in the first values of slots, in the place of epsilon and
in what holds the learning rate; the first values stand beside each.

Source: TensorFlow 2.21.0, core/kernels/training_ops.cc (functors of the CPU), python/training.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import jax.numpy as jnp
from jax import lax

Arrays: TypeAlias = "tuple[Any, ...]"


def gradient_descent(w: Any, rate: Any, g: Any) -> Arrays:
    """W <- w - rate g."""
    return (w - rate * g,)


def momentum(w: Any, a: Any, rate: Any, momentum: Any, g: Any) -> Arrays:
    """Momentum: a <- momentum a + g, w <- w - rate a. a starts at 0 and holds gradients without the rate."""
    a = a * momentum + g
    return w - a * rate, a


def nesterov_momentum(w: Any, a: Any, rate: Any, momentum: Any, g: Any) -> Arrays:
    """Of Nesterov: a as in `momentum`, w <- w - rate (g + momentum a)."""
    a = a * momentum + g
    return w - (g * rate + a * momentum * rate), a


def adagrad(w: Any, a: Any, rate: Any, g: Any) -> Arrays:
    """A <- a + g^2, w <- w - rate g / sqrt(a): no epsilon, a starts above 0 (0.1)."""
    a = a + g * g
    return w - g * rate * lax.rsqrt(a), a


def adagrad_da(w: Any, s: Any, a: Any, rate: Any, l1: Any, l2: Any, step: Any, g: Any) -> Arrays:
    """Dual averaging: s <- s + g, a <- a + g^2; the start weight does not enter. s starts at 0, a at 0.1.

    w <- -sign(s) rate max(abs(s) - step l1, 0) / (step rate l2 + sqrt(a))
    """
    del w
    s, a = s + g, a + g * g
    shrunk = jnp.sign(s) * jnp.maximum(jnp.abs(s) - step * l1, 0)
    return -rate * shrunk / (step * rate * l2 + jnp.sqrt(a)), s, a


def adadelta(w: Any, a: Any, u: Any, rate: Any, rho: Any, epsilon: Any, g: Any) -> Arrays:
    """A <- rho a + (1 - rho) g^2, d = sqrt(u + epsilon) / sqrt(a + epsilon) g, u likewise of d; w <- w - rate d. Both start at 0."""
    a = a * rho + g * g * (1 - rho)
    d = jnp.sqrt(u + epsilon) * lax.rsqrt(a + epsilon) * g
    return w - d * rate, a, u * rho + d * d * (1 - rho)


def rmsprop(w: Any, v: Any, u: Any, rate: Any, decay: Any, momentum: Any, epsilon: Any, g: Any) -> Arrays:
    """V <- decay v + (1 - decay) g^2, u <- momentum u + rate g / sqrt(v + epsilon), w <- w - u. v starts at 1, u at 0."""
    v = v + (g * g - v) * (1 - decay)
    u = u * momentum + g * rate * lax.rsqrt(v + epsilon)
    return w - u, v, u


def centered_rmsprop(
    w: Any, a: Any, v: Any, u: Any, rate: Any, decay: Any, momentum: Any, epsilon: Any, g: Any
) -> Arrays:
    """As `rmsprop`, with the mean gradient a <- decay a + (1 - decay) g, from 0, and v - a^2 in place of v in the root."""
    v = v + (g * g - v) * (1 - decay)
    a = a + (g - a) * (1 - decay)
    u = u * momentum + g * rate * lax.rsqrt(v - a * a + epsilon)
    return w - u, a, v, u


def adam(
    w: Any, m: Any, v: Any, power1: Any, power2: Any, rate: Any, beta1: Any, beta2: Any, epsilon: Any, g: Any
) -> Arrays:
    """m, v <- moving means of g and g^2, from 0; w <- w - rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon).

    Epsilon stands beside the root that is not corrected (the paper's "epsilon hat"); power1, power2 are beta1^t, beta2^t.
    """
    m = m + (g - m) * (1 - beta1)
    v = v + (g * g - v) * (1 - beta2)
    length = rate * jnp.sqrt(1 - power2) / (1 - power1)
    return w - m * length / (jnp.sqrt(v) + epsilon), m, v


def ftrl(w: Any, n: Any, z: Any, rate: Any, l1: Any, l2: Any, power: Any, g: Any) -> Arrays:
    """Follow the regularised leader. n starts at 0.1, z at 0; the start weight enters through sigma alone.

    n' = n + g^2, sigma = (n'^-power - n^-power) / rate, z <- z + g - sigma w
    w <- (sign(z) l1 - z) / (n'^-power / rate + 2 l2) where abs(z) > l1, else 0

    Source: McMahan et al.: Ad click prediction: a view from the trenches, 2013, algorithm 1.
    """
    return _led(w, n, z, rate, l1, l2, power, g, g)


def ftrl_with_shrinkage(
    w: Any, n: Any, z: Any, rate: Any, l1: Any, l2: Any, shrinkage: Any, power: Any, g: Any
) -> Arrays:
    """As `ftrl`, with g + 2 shrinkage w in place of g in z, but not in n."""
    return _led(w, n, z, rate, l1, l2, power, g, g + 2 * shrinkage * w)


def _led(w: Any, n: Any, z: Any, rate: Any, l1: Any, l2: Any, power: Any, g: Any, shrunk: Any) -> Arrays:
    increased = n + g * g
    root, root_before = jnp.power(increased, -power), jnp.power(n, -power)
    z = z + shrunk - (root - root_before) / rate * w
    solved = (jnp.sign(z) * l1 - z) / (root / rate + 2 * l2)
    return jnp.where(jnp.abs(z) > l1, solved, jnp.zeros_like(w)), increased, z


def proximal_gradient_descent(w: Any, rate: Any, l1: Any, l2: Any, g: Any) -> Arrays:
    """P = w - rate g, w <- sign(p) max(abs(p) - rate l1, 0) / (1 + rate l2)."""
    return (_proximal(w - rate * g, rate, l1, l2),)


def proximal_adagrad(w: Any, a: Any, rate: Any, l1: Any, l2: Any, g: Any) -> Arrays:
    """A <- a + g^2, from 0.1; then as `proximal_gradient_descent` with rate / sqrt(a)."""
    a = a + g * g
    rate = rate * lax.rsqrt(a)
    return _proximal(w - rate * g, rate, l1, l2), a


def _proximal(p: Any, rate: Any, l1: Any, l2: Any) -> Any:
    return jnp.sign(p) * jnp.maximum(jnp.abs(p) - rate * l1, 0) / (1 + l2 * rate)
