"""Initial values of parameters: Keras's names, arguments and numbers, and the rules of older textbooks.

initializer  Initializer, functions and classes of the user's own, the table of names
constant     zeros, ones, a constant, the identity
distribution normal, truncated normal, uniform
scaling      variance by a unit's inputs and outputs: Glorot, He, LeCun, and the uniform rules by activation
orthogonal   orthonormal rows or columns

A layer calls `sample(key, shape, dtype)` with a key that names its parameter; an initializer with a seed
of its own draws from that seed instead, so the same initializer gives the same values everywhere.

An initializer of your own is a function:

    def small(shape, dtype):
        return 0.01 * np.random.default_rng(0).normal(size=shape)

    fl.layers.Dense(10, kernel_initializer=small)

or a class derived from `Initializer` with `__call__(self, shape, dtype=None)`, as in Keras. Both are asked once,
when the program is compiled, so every member of a population gets the same values. For values that follow the
run's seed, declare a class with numbers as leaves, and draw from the key:

    @tree
    class Laplace(Initializer):
        scale: float = 0.1

        def sample(self, key, shape, dtype):
            return jax.random.laplace(key, shape, dtype) * jnp.asarray(self.scale, dtype)
"""

import typing

from fallline import errors
from fallline.initializers.constant import (
    Constant as Constant,
    Identity as Identity,
    Ones as Ones,
    Zeros as Zeros,
)
from fallline.initializers.distribution import (
    RandomNormal as RandomNormal,
    RandomUniform as RandomUniform,
    TruncatedNormal as TruncatedNormal,
)
from fallline.initializers.initializer import (
    Custom as Custom,
    Initializer as Initializer,
    RandomInitializer as RandomInitializer,
    deserialize as deserialize,
    get as get,
    initializers as initializers,
    serialize as serialize,
)
from fallline.initializers.orthogonal import Orthogonal as Orthogonal
from fallline.initializers.scaling import (
    GlorotNormal as GlorotNormal,
    GlorotUniform as GlorotUniform,
    HeNormal as HeNormal,
    HeUniform as HeUniform,
    LecunNormal as LecunNormal,
    LecunUniform as LecunUniform,
    ReluNormal as ReluNormal,
    ReluUniform as ReluUniform,
    SigmoidUniform as SigmoidUniform,
    VarianceScaling as VarianceScaling,
    compute_fans as compute_fans,
)
from fallline.registry.tables import public

# Keras's other names for the same classes.
zeros = zero = Zeros
ones = one = Ones
constant = Constant
identity = IdentityInitializer = Identity
orthogonal = OrthogonalInitializer = Orthogonal
random_normal = normal = RandomNormal
random_uniform = uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
glorot_normal = GlorotNormal
glorot_uniform = glorot = TanhUniform = tanh_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
relu_normal = ReluNormal
relu_uniform = ReluUniform
sigmoid_uniform = SigmoidUniform

# Those of older programs.
he_init = HeNormal
xavier = xavier_uniform = GlorotUniform
xavier_normal = GlorotNormal
eye = Identity

__all__ = public(globals())  # noqa: PLE0605 - the names stand above


if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> typing.Any:
        raise errors.missing("fallline.initializers", name, __all__)
