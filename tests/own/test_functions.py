"""Functions of a user's own: what goes wrong in them is said with their name and their part, and what to write."""

import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import fallline as fl
from fallline.errors import ShapeError, UsageError
from fallline.layers import Dense
from fallline.own.functions import called, owner_of, require_arguments

X = np.linspace(-1, 1, 40, dtype=np.float32).reshape(8, 5)
Y = X[:, :1]


def fit(loss="mse", metrics=(), **options):
    model = fl.Sequential([fl.Input((5,)), Dense(**({"units": 1} | options))])
    model.compile("sgd", loss, metrics=list(metrics))
    model.fit(X, Y, verbose=0)


def nothing(*_):
    return None


def text(*_):
    return "x"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": np.tanh}, 'activation "tanh" is compiled into the program'),
        ({"activation": lambda z: z if z.sum() > 0 else -z}, r"jnp\.where for if"),
        ({"activation": lambda z: z[z > 0]}, "Write it with jax.numpy"),
        ({"activation": lambda z: z.numpy()}, 'activation "<lambda>" fails: AttributeError'),
        ({"activation": nothing}, 'activation "nothing" must return an array of numbers, got None'),
        ({"activation": text}, 'activation "text" must return an array of numbers, got str'),
        ({"activation": lambda z: lax.complex(z, z)}, "must return real numbers, got complex64"),
        ({"activation": lambda a, b: a}, r"must be a function of \(x\): missing a required argument: 'b'"),
        (
            {"kernel_regularizer": lambda w: np.float64(np.sum(np.asarray(w)))},
            'regularizer "<lambda>" is compiled',
        ),
        ({"kernel_regularizer": nothing}, 'regularizer "nothing" must return an array of numbers, got None'),
        ({"kernel_regularizer": lambda: 0.0}, r"regularizer .* must be a function of \(x\)"),
        ({"kernel_constraint": lambda w: np.clip(np.asarray(w), 0, 1)}, 'constraint "<lambda>" is compiled'),
        ({"kernel_constraint": nothing}, 'constraint "nothing" must return an array of numbers, got None'),
        ({"kernel_constraint": lambda w, axis: w}, r"constraint .* must be a function of \(w\)"),
        ({"kernel_initializer": nothing}, 'initializer "nothing" must return an array of numbers, got None'),
        ({"kernel_initializer": lambda s: np.ones(s)}, r"must be a function of \(shape, dtype\): too many"),
        ({"kernel_initializer": lambda dtype: np.ones(1)}, r"must be a function of \(shape, dtype=...\)"),
        ({"loss": nothing}, 'loss "nothing" must return an array of numbers, got None'),
        ({"loss": lambda a, b: np.mean(np.asarray(a))}, "is compiled into the program"),
        ({"loss": lambda a: a}, r"must be a function of \(y_true, y_pred\): too many positional arguments"),
        ({"metrics": [nothing]}, 'metric "nothing" must return an array of numbers, got None'),
    ],
)
def test_a_mistake_is_named(options, message):
    with pytest.raises(UsageError, match=message):
        fit(**options)


def test_an_activation_that_changes_the_shape_is_found_before_the_loss_is_asked():
    with pytest.raises(ShapeError, match=r'"<lambda>" returned shape \(None, 1\) for inputs \(None, 3\)'):
        fit(units=3, activation=lambda z: z[:, :1])
    with pytest.raises(ShapeError, match=r"returned shape \(\) for inputs \(None, 2\)"):
        Dense(2, activation=jnp.sum).compute_output_shape((None, 5))


@pytest.mark.parametrize(
    "function",
    [
        lambda shape, dtype: np.full(shape, 2, dtype),
        lambda shape, *, dtype=None: np.full(shape, 2, dtype),
        lambda shape, value=2, dtype=None: np.full(shape, value, dtype),
        lambda shape, type_, /: np.full(shape, 2, type_),
    ],
)
def test_an_initializer_gets_its_number_type_by_name_where_it_has_it(function):
    np.testing.assert_array_equal(fl.initializers.get(function)((2, 3)), np.full((2, 3), 2.0))


def test_an_error_of_this_package_passes_as_it_is():
    def refuses(x):
        raise ShapeError("no such shape")

    with pytest.raises(ShapeError, match=r"^no such shape$"):
        called("activation", refuses, X)


def test_functions_of_compiled_code_are_not_asked_for_their_arguments():
    require_arguments("activation", min, "x")
    assert owner_of("loss", nothing) == 'loss "nothing"'
