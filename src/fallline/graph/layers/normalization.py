"""Batch normalisation: Ioffe and Szegedy (2015); with moving statistics in training, Ioffe (2017)."""

from __future__ import annotations

from typing import Any

from fallline.graph.core import shapes
from fallline.graph.core.dtypes import DType, float32
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.core.variables import Variable
from fallline.graph.layers.arguments import axes_but, chosen, initializer_of, one_tensor, truth
from fallline.graph.layers.averages import Renormalization, corrected, moving_average_update
from fallline.graph.layers.base import Layer
from fallline.graph.ops import nn
from fallline.graph.ops.arithmetic import add, multiply
from fallline.graph.ops.arrays import cast, identity
from fallline.graph.ops.elementary import sqrt
from fallline.graph.ops.joining import concat
from fallline.graph.ops.reductions import reduce_mean
from fallline.graph.ops.shaping import reshape, shape

_HALVES = ("float16", "bfloat16")


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
        if adjustment is not None or (renorm and virtual_batch_size is not None):
            what = "renorm with virtual_batch_size" if adjustment is None else "adjustment"
            raise GraphError(f'batch_normalization "{self.name}": {what} is not offered; leave it out.')
        self.renorm, self.virtual_batch_size = renorm, virtual_batch_size
        self.renorm_clipping, self.renorm_momentum = dict(renorm_clipping or {}), renorm_momentum
        self.renormalization: Renormalization | None = None
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
        if self.renorm:
            self._build_renormalization(size, kind)
        self.built = True

    def _build_renormalization(self, size: int | None, kind: DType) -> None:
        start = initializer_of(self._moving[1])
        start = start() if isinstance(start, type) else start

        def root(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
            del partition_info
            return sqrt(start(shape, dtype=dtype))

        deviation, mean, own = (
            self.add_weight(name, [size], kind, first, trainable=False)
            for name, first in (
                ("moving_stddev", root),
                ("renorm_mean", self._moving[0]),
                ("renorm_stddev", root),
            )
        )
        self.renormalization = Renormalization(
            mean, own, deviation, self.renorm_momentum, self.renorm_clipping, float(self.epsilon)
        )

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
        x = cast(inputs, float32) if inputs.dtype.base_dtype.name in _HALVES else inputs
        if self.virtual_batch_size is not None and training is not False:
            outputs = self._by_parts(x, axis, training)
        else:
            outputs = self._at_once(x, axis, self._is_fused(inputs, axis), training)
        outputs.set_shape(inputs.sizes)
        return cast(outputs, inputs.dtype.base_dtype)

    def _at_once(self, x: Tensor, axis: int, fused: bool, training: bool | Tensor) -> Tensor:
        assert x.sizes is not None
        rank = len(x.sizes)
        mean, variance = self.moving_mean.value(), self.moving_variance.value()
        scale, offset = self.gamma, self.beta
        if training is not False:
            of_batch, spread = nn.moments(x, axes_but(rank, [axis]))
            mean, variance = (
                _chosen(training, of_batch, mean, "cond"), _chosen(training, spread, variance, "cond_1"),
            )  # fmt: skip
            if self.renormalization is not None:
                r, d = self.renormalization.correction(mean, variance, training)
                scale, offset = _composed(r, d, scale, offset)
                moving = self.moving_mean, self.moving_variance
                self._add(self.renormalization.updates(moving, of_batch, spread, self.momentum, training))
            else:
                self._move(of_batch, corrected(spread, x, axis) if fused else spread, training)
        outputs = self._normalized(x, mean, variance, scale, offset, axis)
        return identity(outputs, name="FusedBatchNormV3") if fused else outputs

    def _by_parts(self, x: Tensor, axis: int, training: bool | Tensor) -> Tensor:
        """Each part of the rows by its own mean and variance: rows of one part are a part's number apart."""
        assert x.sizes is not None
        rank = len(x.sizes) + 1
        own = shape(x)
        parts = reshape(x, concat([[self.virtual_batch_size, -1], own[1:]], 0))  # type: ignore[index]
        parts.set_shape([self.virtual_batch_size, None, *x.sizes[1:]])
        of_part, spread = nn.moments(parts, axes_but(rank, [1, axis + 1]), keepdims=True)
        size = [x.sizes[axis]]
        self._move(reshape(reduce_mean(of_part, 1), size), reshape(reduce_mean(spread, 1), size), training)
        mean, variance = (
            _chosen(training, each, _along(moving.value(), rank, axis + 1), "cond")
            for each, moving in ((of_part, self.moving_mean), (spread, self.moving_variance))
        )
        return reshape(self._normalized(parts, mean, variance, self.gamma, self.beta, axis + 1), own)

    def _normalized(
        self, x: Tensor, mean: Tensor, variance: Tensor, scale: Any, offset: Any, axis: int
    ) -> Tensor:
        rank = len(x.sizes or ())
        m, v, s, o = (_along(each, rank, axis) for each in (mean, variance, scale, offset))
        return nn.batch_normalization(x, m, v, o, s, self.epsilon)

    def _move(self, mean: Tensor, variance: Tensor, training: bool | Tensor) -> None:
        if self.trainable:
            first = moving_average_update(self.moving_mean, mean, self.momentum, training)
            self._add(
                [first.op, moving_average_update(self.moving_variance, variance, self.momentum, training).op]
            )

    def _add(self, updates: list[Operation]) -> None:
        if self.trainable:
            self.add_update(updates)

    def _is_fused(self, inputs: Tensor, axis: int) -> bool:
        """Whether TensorFlow takes its fused kernel, whose moving variance is the corrected one."""
        assert inputs.sizes is not None
        plain = not self.renorm and self.virtual_batch_size is None
        can = (
            plain and len(inputs.sizes) == 4 and axis in (1, 3) and inputs.dtype.base_dtype.name != "float64"
        )
        if self.fused and not can:
            raise GraphError(
                f'batch_normalization "{self.name}": fused=True takes 4 axes of float32 or float16, normalised by axis 1 or 3; '
                f"got {inputs!r}, axis {axis}. fused=None takes what fits."
            )
        return can and self.fused is not False

    def _taken(self, inputs: Any) -> Tensor:
        return one_tensor(self, inputs)


def _chosen(training: bool | Tensor, one: Tensor, other: Tensor, name: str) -> Tensor:
    return chosen(training, one, other, name) if isinstance(training, Tensor) else one


def _along(values: Any, rank: int, axis: int) -> Any:
    """Values of an axis, of a shape that broadcasts with a tensor of so many axes; None stays None."""
    if values is None or axis == rank - 1 or len(values.shape) == rank:
        return values
    return reshape(values, [-1 if place == axis else 1 for place in range(rank)])


def _composed(r: Tensor, d: Tensor, scale: Any, offset: Any) -> tuple[Any, Any]:
    """The factor and shift of `scale (x r + d) + offset`."""
    if scale is not None:
        r, d = multiply(r, scale), multiply(d, scale)
    return r, d if offset is None else add(d, offset)
