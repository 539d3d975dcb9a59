"""Activation functions: the equations as functions, their numbers as frozen objects.

A layer holds an `Activation`; its numbers (a slope, a threshold) are leaves of the compiled program.
A number that is absent costs nothing: `ReLU()` is one `maximum`, `ReLU(negative_slope=0.1)` is another
program whose slope may change without recompiling.
"""

import typing

from fallline import errors
from fallline.activations.along_axis import (
    GLU as GLU,
    LogSoftmax as LogSoftmax,
    Softmax as Softmax,
    Sparsemax as Sparsemax,
    glu as glu,
    log_softmax as log_softmax,
    softmax as softmax,
    sparsemax as sparsemax,
)
from fallline.activations.base import (
    Activation as Activation,
    Custom as Custom,
    Linear as Linear,
    activations as activations,
    deserialize as deserialize,
    get as get,
    linear as linear,
    serialize as serialize,
)
from fallline.activations.exponentials import (
    CELU as CELU,
    ELU as ELU,
    SELU as SELU,
    Exponential as Exponential,
    celu as celu,
    elu as elu,
    exponential as exponential,
    selu as selu,
)
from fallline.activations.rectifiers import (
    LeakyReLU as LeakyReLU,
    ReLU as ReLU,
    ReLU6 as ReLU6,
    leaky_relu as leaky_relu,
    relu as relu,
    relu6 as relu6,
)
from fallline.activations.shrinkage import (
    HardShrink as HardShrink,
    SoftShrink as SoftShrink,
    TanhShrink as TanhShrink,
    Threshold as Threshold,
    hard_shrink as hard_shrink,
    soft_shrink as soft_shrink,
    tanh_shrink as tanh_shrink,
    threshold as threshold,
)
from fallline.activations.smooth import (
    GELU as GELU,
    HardSiLU as HardSiLU,
    Mish as Mish,
    SiLU as SiLU,
    Softplus as Softplus,
    SparsePlus as SparsePlus,
    Squareplus as Squareplus,
    gelu as gelu,
    hard_silu as hard_silu,
    hard_swish as hard_swish,
    mish as mish,
    silu as silu,
    softplus as softplus,
    sparse_plus as sparse_plus,
    squareplus as squareplus,
    swish as swish,
)
from fallline.activations.squashing import (
    HardSigmoid as HardSigmoid,
    HardTanh as HardTanh,
    LogSigmoid as LogSigmoid,
    Sigmoid as Sigmoid,
    Softsign as Softsign,
    SparseSigmoid as SparseSigmoid,
    Tanh as Tanh,
    hard_sigmoid as hard_sigmoid,
    hard_tanh as hard_tanh,
    log_sigmoid as log_sigmoid,
    sigmoid as sigmoid,
    softsign as softsign,
    sparse_sigmoid as sparse_sigmoid,
    tanh as tanh,
)
from fallline.activations.steps import (
    Heaviside as Heaviside,
    Sign as Sign,
    heaviside as heaviside,
    sign as sign,
)
from fallline.registry.tables import public

__all__ = public(globals())  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.activations", name, __all__)
