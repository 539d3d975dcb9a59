"""Batch normalisation: Ioffe and Szegedy (2015)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, graph_of, node
from fallline.graph.core.dtypes import DType, float32
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.variables import Variable, update
from fallline.graph.layers.base import Layer, axes_but, chosen, entering, one_tensor, truth
from fallline.graph.ops.arrays import cast

_HALVES = ("float16", "bfloat16")


# --- formulas ---------------------------------------------------------------------------------------------


def _moments(x: Any, *, axes: tuple[int, ...]) -> tuple[Any, Any]:
    # As TensorFlow has it, the variance has no derivative by the mean, which is 0 in truth.
    mean = jnp.mean(x, axis=axes, keepdims=True)
    variance = jnp.mean(jnp.square(x - jax.lax.stop_gradient(mean)), axis=axes)
    return jnp.squeeze(mean, axes), variance


def _normalized(x: Any, mean: Any, variance: Any, *rest: Any, epsilon: float, axis: int, kinds: str) -> Any:
    """`(x - mean) / sqrt(variance + epsilon)`, times gamma, plus beta."""
    sizes = [1] * x.ndim
    sizes[axis] = x.shape[axis]
    given = [jnp.reshape(each, sizes).astype(x.dtype) for each in (mean, variance, *rest)]
    mean, variance = given[:2]
    factor = jax.lax.rsqrt(variance + jnp.asarray(epsilon, x.dtype))
    if "g" in kinds:
        factor = factor * given[2]
    shift = -mean * factor
    if "b" in kinds:
        shift = given[-1] + shift
    return x * factor + shift


def _corrected(variance: Any, x: Any, *, axes: tuple[int, ...]) -> Any:
    """Bessel's correction n / (n - 1); of one row the variance is 0 as it is."""
    number = 1
    for axis in axes:
        number *= x.shape[axis]
    return variance * jnp.asarray(number / max(number - 1, 1), variance.dtype)


def _moved(old: Any, value: Any, decay: Any, *training: Any) -> Any:
    moved = old - (old - value.astype(old.dtype)) * decay.astype(old.dtype)
    return jnp.where(jnp.reshape(training[0], ()), moved, old) if training else moved


_MOMENTS, _NORMALIZED = Formula(_moments), Formula(_normalized)
_CORRECTED = Formula(_corrected, differentiable=(0,))
_MOVED = Formula(_moved, differentiable=False)


# --- nodes ------------------------------------------------------------------------------------------------


def batch_moments(x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Mean and population variance over all axes but one."""
    assert x.sizes is not None
    axes = axes_but(len(x.sizes), [axis])
    kept = (x.sizes[axis],)
    operation = graph_of([x]).add(
        "Moments", [x], _MOMENTS, [(x.dtype.base_dtype, kept)] * 2, "moments", attributes={"axes": axes}
    )
    return operation.outputs[0], operation.outputs[1]


def corrected(variance: Tensor, x: Tensor, axis: int) -> Tensor:
    """The variance with Bessel's correction, as TensorFlow's fused kernel hands it to the moving one."""
    assert x.sizes is not None
    axes = axes_but(len(x.sizes), [axis])
    return node("Mul", [variance, x], _CORRECTED, variance.sizes, name="corrected", axes=axes)


def normalized(
    x: Tensor, mean: Tensor, variance: Tensor, gamma: Any, beta: Any, epsilon: float, axis: int, name: str
) -> Tensor:
    """`gamma (x - mean) / sqrt(variance + epsilon) + beta`; gamma and beta may be None."""
    rest = [convert(each) for each in (gamma, beta) if each is not None]
    kinds = "g" * (gamma is not None) + "b" * (beta is not None)
    return node(
        "AddV2", [x, mean, variance, *rest], _NORMALIZED, x.sizes, x.dtype, name,
        epsilon=float(epsilon), axis=axis, kinds=kinds,
    )  # fmt: skip


def moving_average_update(
    variable: Variable, value: Tensor, momentum: Any, training: bool | Tensor
) -> Tensor:
    """`variable -= (1 - momentum) (variable - value)`; where `training` is false it stays."""
    decay = convert(1.0 - momentum, None if isinstance(momentum, Tensor) else float32, name="decay")
    inputs = [variable._ref, value, decay]
    if isinstance(training, Tensor):
        inputs.append(training)
    return update("AssignSub", variable, inputs, _MOVED, "AssignMovingAvg")


# --- the layer --------------------------------------------------------------------------------------------


class BatchNormalization(Layer):
    """`gamma (x - mean) / sqrt(variance + epsilon) + beta`, mean and variance those of the batch in training.

    Otherwise they are the moving ones, which the operations that each call adds to UPDATE_OPS bring up to date: nothing else
    does, so the training step has to depend on them.

    Attributes:
        gamma: The factor, None without one.
        beta: The shift, None without one.
        moving_mean: Starts at 0.
        moving_variance: Starts at 1.
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: Any = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Any = None,
        name: Any = None,
        **keywords: Any,
    ) -> None:
        """Makes a layer; the arguments are those of `tf.layers.batch_normalization`."""
        super().__init__(trainable, name, **keywords)
        del renorm_clipping, renorm_momentum
        for what, given in (("renorm", renorm), ("virtual_batch_size", virtual_batch_size), ("adjustment", adjustment)):  # fmt: skip
            if given:
                raise GraphError(f'batch_normalization "{self.name}": {what} is not offered; leave it out.')
        axes = list(axis) if isinstance(axis, list | tuple) else [axis]
        if len(axes) != 1:
            raise GraphError(
                f'batch_normalization "{self.name}": expected one axis, got {axis}: several are not offered.'
            )
        self.axis, self.momentum, self.epsilon = int(axes[0]), momentum, epsilon
        self.center, self.scale, self.fused = center, scale, fused
        self._beta = (beta_initializer, beta_regularizer, beta_constraint)
        self._gamma = (gamma_initializer, gamma_regularizer, gamma_constraint)
        self._moving = (moving_mean_initializer, moving_variance_initializer)
        self.gamma: Variable | None = None
        self.beta: Variable | None = None

    def build(self, input_shape: Any) -> None:
        """Makes gamma, beta, and the moving mean and variance.

        Raises:
            GraphShapeError: the axis is none of the inputs, or its size is not known.
            GraphTypeError: the inputs are no floats.
        """
        sizes = shapes.sizes_of(input_shape)
        if sizes is None:
            raise GraphShapeError("Input has undefined rank. Received: input_shape=<unknown>")
        self._place(sizes)
        kind = self._kind()
        size = sizes[self.axis]
        if self.scale:
            self.gamma = self.add_weight(
                "gamma", [size], kind, self._gamma[0], self._gamma[1], constraint=self._gamma[2]
            )
        if self.center:
            self.beta = self.add_weight(
                "beta", [size], kind, self._beta[0], self._beta[1], constraint=self._beta[2]
            )
        self.moving_mean = self.add_weight("moving_mean", [size], kind, self._moving[0], trainable=False)
        self.moving_variance = self.add_weight(
            "moving_variance", [size], kind, self._moving[1], trainable=False
        )
        self.built = True

    def _place(self, sizes: tuple[int | None, ...]) -> int:
        rank = len(sizes)
        axis = self.axis + rank if self.axis < 0 else self.axis
        if not 0 <= axis < rank:
            raise GraphShapeError(
                f"Invalid value for `axis` argument. Expected 0 <= axis < inputs.rank (with inputs.rank={rank}). Received: "
                f"axis=({self.axis},)"
            )
        if sizes[axis] is None:
            raise GraphShapeError(
                f"Input has undefined `axis` dimension. Received input with shape {shapes.shown(sizes)} and axis=({axis},)"
            )
        return axis

    def _kind(self) -> DType:
        kind = self._dtype or float32
        if not kind.is_floating:
            raise GraphTypeError(
                f'batch_normalization "{self.name}": expected floats, got {kind.name}. tf.cast(x, tf.float32) makes floats.'
            )
        return float32 if kind.name in _HALVES else kind

    def call(self, inputs: Tensor, training: Any = False) -> Tensor:
        """The normalised inputs."""
        training = truth(training, f'"{self.name}": training')
        if inputs.sizes is None:
            raise GraphShapeError("Input has undefined rank. Received: input_shape=<unknown>")
        axis = self._place(inputs.sizes)
        fused = self._is_fused(inputs, axis)
        x = cast(inputs, float32) if inputs.dtype.base_dtype.name in _HALVES else inputs
        mean: Tensor
        variance: Tensor
        mean, variance = self.moving_mean.value(), self.moving_variance.value()
        if training is not False:
            of_batch, spread = batch_moments(x, axis)
            self._move(of_batch, corrected(spread, x, axis) if fused else spread, training)
            if training is True:
                mean, variance = of_batch, spread
            else:
                mean = chosen(training, of_batch, mean, "cond")
                variance = chosen(training, spread, variance, "cond_1")
        with entering(None if fused else "batchnorm"):
            name = "FusedBatchNormV3" if fused else "add_1"
            outputs = normalized(x, mean, variance, self.gamma, self.beta, self.epsilon, axis, name)
        return cast(outputs, inputs.dtype.base_dtype)

    def _move(self, mean: Tensor, variance: Tensor, training: bool | Tensor) -> None:
        if self.trainable:
            self.add_update(moving_average_update(self.moving_mean, mean, self.momentum, training))
            self.add_update(moving_average_update(self.moving_variance, variance, self.momentum, training))

    def _is_fused(self, inputs: Tensor, axis: int) -> bool:
        """Whether TensorFlow takes its fused kernel, whose moving variance is the corrected one."""
        assert inputs.sizes is not None
        can = len(inputs.sizes) == 4 and axis in (1, 3) and inputs.dtype.base_dtype.name != "float64"
        if self.fused and not can:
            raise GraphError(
                f'batch_normalization "{self.name}": fused=True takes 4 axes of float32 or float16, normalised by axis 1 or 3; '
                f"got {inputs!r}, axis {axis}. fused=None takes what fits."
            )
        return can and self.fused is not False

    def _taken(self, inputs: Any) -> Tensor:
        return one_tensor(self, inputs)
