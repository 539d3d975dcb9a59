"""`tf.layers.dense(...)` and its like: a layer that is made and called at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fallline.graph.core.failures import GraphError
from fallline.graph.core.nodes import Tensor
from fallline.graph.layers.core import Dense, Dropout, Flatten
from fallline.graph.layers.normalization import BatchNormalization


def dense(
    inputs: Any,
    units: Any,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = "zeros",
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """`activation(x W + b)` of the last axis.

    Args:
        inputs: A tensor (..., features) of floats, features known.
        units: The size of the last axis of the outputs.
        activation: A function such as `tf.nn.relu`, or its name; None: none.
        use_bias: Whether there is a b.
        kernel_initializer: Of W (features, units); by default the scope's, else Glorot's uniform one.
        bias_initializer: Of b (units,).
        kernel_regularizer: A function of W whose value is added to REGULARIZATION_LOSSES.
        bias_regularizer: A function of b, likewise.
        activity_regularizer: A function of the outputs; its value over the batch size is added.
        kernel_constraint: A function of W that optimizers apply after each update.
        bias_constraint: A function of b, likewise.
        trainable: Whether optimizers change W and b.
        name: The scope of the variables; by default "dense", made unique.
        reuse: Whether the variables of that name exist.

    Raises:
        GraphShapeError: one axis only, or the size of the last one is not known.
        GraphTypeError: the inputs are no floats.
        GraphError: the variables exist, and `reuse` is not given; a list of numbers.
    """
    layer = Dense(
        units, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
        activity_regularizer, kernel_constraint, bias_constraint, trainable, name, _scope=name, _reuse=reuse,
    )  # fmt: skip
    return layer.apply(inputs)


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: Any = None,
) -> Tensor:
    """In training the inputs with each number 0 with probability `rate`, the others over `1 - rate`; else the inputs.

    Args:
        inputs: A tensor of floats.
        rate: A number or tensor in [0, 1).
        noise_shape: The shape of the choices, 1 where they are shared along an axis.
        seed: Of the choices.
        training: True, False, or a tensor of type bool.
        name: The scope of the operations.

    Raises:
        GraphError: the rate is outside of its range.
        GraphTypeError: `training` is a tensor of another type.
    """
    layer = Dropout(rate, noise_shape, seed, name)
    return layer.apply(inputs, training=training)


def flatten(inputs: Any, name: Any = None, data_format: Any = None) -> Tensor:
    """The inputs as (rows, numbers of a row); (rows,) becomes (rows, 1)."""
    if data_format == "channels_first":
        raise GraphError("flatten: data_format='channels_first' is not offered; transpose the inputs.")
    return Flatten(name).apply(inputs)


def batch_normalization(
    inputs: Any,
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
    training: Any = False,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_momentum: float = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Any = None,
) -> Tensor:
    """`gamma (x - mean) / sqrt(variance + epsilon) + beta`; Ioffe and Szegedy (2015), algorithm 1.

    In training mean and variance are those of the batch, and the operations that are added to UPDATE_OPS move the moving ones:
    `m = momentum m + (1 - momentum) mean`. They run only where something depends on them. Where `training` is a tensor and
    false, they change nothing.

    Args:
        inputs: A tensor of floats.
        axis: The axis that keeps its own mean and variance, of a known size.
        momentum: Of the moving mean and variance.
        epsilon: Added to the variance.
        center: Whether there is a beta.
        scale: Whether there is a gamma.
        beta_initializer: Of beta.
        gamma_initializer: Of gamma.
        moving_mean_initializer: Of the moving mean.
        moving_variance_initializer: Of the moving variance. With 4 axes of float32 it follows n / (n - 1) times the variance,
            as TensorFlow's fused kernel has it.
        beta_regularizer: A function of beta whose value is added to REGULARIZATION_LOSSES.
        gamma_regularizer: A function of gamma, likewise.
        beta_constraint: A function of beta that optimizers apply after each update.
        gamma_constraint: A function of gamma, likewise.
        training: True, False, or a tensor of type bool.
        trainable: Whether optimizers change gamma and beta; without, nothing is added to UPDATE_OPS.
        name: The scope of the variables; by default "batch_normalization", made unique.
        reuse: Whether the variables of that name exist.
        renorm: Whether training too normalises by moving statistics, corrected for the batch: Ioffe (2017).
        renorm_clipping: Bounds "rmin", "rmax", "dmax" of that correction.
        renorm_momentum: Of the statistics that it uses.
        fused: None: as TensorFlow chooses; it only says which variance the moving one follows.
        virtual_batch_size: Rows that are normalised together, by their own mean and variance; it divides the batch.
        adjustment: Must be None.

    Raises:
        GraphShapeError: no such axis, or its size is not known.
        GraphTypeError: the inputs are no floats, or `training` is no truth value.
        GraphError: the variables exist, and `reuse` is not given; what is not offered.
    """
    layer = BatchNormalization(
        axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint, renorm,
        renorm_clipping, renorm_momentum, fused, trainable, virtual_batch_size, adjustment, name, _scope=name, _reuse=reuse,
    )  # fmt: skip
    return layer.apply(inputs, training=training)


def _not_offered(name: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise GraphError(
            f"tf.layers.{name} is out of scope: fallline.graph holds feedforward networks of dense layers, without convolution, "
            "pooling or recurrence."
        )

    refuse.__name__ = name
    refuse.__doc__ = "Not offered."
    return refuse


conv1d, conv2d, conv3d = map(_not_offered, ("conv1d", "conv2d", "conv3d"))
conv2d_transpose, separable_conv2d = map(_not_offered, ("conv2d_transpose", "separable_conv2d"))
max_pooling1d, max_pooling2d = map(_not_offered, ("max_pooling1d", "max_pooling2d"))
average_pooling1d, average_pooling2d = map(_not_offered, ("average_pooling1d", "average_pooling2d"))
Conv1D, Conv2D, Conv3D = map(_not_offered, ("Conv1D", "Conv2D", "Conv3D"))
MaxPooling2D, AveragePooling2D = map(_not_offered, ("MaxPooling2D", "AveragePooling2D"))
