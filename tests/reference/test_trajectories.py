"""Loss trajectories of 50 steps against Keras 3 and PyTorch: same weights, same batches, whole compiled path.

Every optimizer meets every loss, and the regularisers rotate through that table, so that every pair of
(optimizer, loss), (optimizer, regulariser) and (loss, regulariser) occurs; the `from_logits` forms, which
are what the fused forms compute, meet two optimizers. Where the definitions differ:

- PyTorch adds epsilon outside the root (Adagrad, RMSprop) or after the bias correction (Adam), Keras and
  Fallline inside, or before. With epsilon 0 they are the same rule, so PyTorch is compared under epsilon 0.
  A batch of 7, not 8: the signs that are MAE's gradient must not add up to 0, which would be 0 / 0 there.
- PyTorch's Adagrad starts from an accumulator of 0 unless told: it is told 0.1, which is Keras's value.
- PyTorch has no penalties: they are added to its loss by hand. Its cross-entropies take logits or, for
  probabilities, the logarithm of its own softmax.
- PyTorch's batch normalisation keeps the variance divided by n - 1 as its moving average, and calls the
  share of the new value momentum; what it trains with is the same.
"""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fallline as fl

STEPS, BATCH, FEATURES, HIDDEN, OUTPUTS = 50, 7, 6, 8, 3
ROWS = STEPS * BATCH
BATCHES = [slice(first, first + BATCH) for first in range(0, ROWS, BATCH)]

RNG = np.random.default_rng(20180501)
X = RNG.normal(size=(ROWS, FEATURES)).astype(np.float32)
SIGNAL = X @ RNG.normal(size=(FEATURES, OUTPUTS)) + 0.5 * RNG.normal(size=(ROWS, OUTPUTS))
LABELS = SIGNAL.argmax(axis=1)
REALS = SIGNAL.astype(np.float32)
BITS = (SIGNAL > 0).astype(np.float32)
ONE_HOT = np.eye(OUTPUTS, dtype=np.float32)[LABELS]
ROW_WEIGHTS = RNG.uniform(0, 2, size=ROWS).astype(np.float32)
SHAPES = [(FEATURES, HIDDEN), (HIDDEN,), (HIDDEN, OUTPUTS), (OUTPUTS,)]
START = [(0.4 * RNG.normal(size=shape)).astype(np.float32) for shape in SHAPES]

# Name -> class and settings (Fallline's and Keras's), and PyTorch's equal of it under epsilon 0.
OPTIMIZERS = {
    "sgd": ("SGD", {"learning_rate": 0.1}, lambda o, p: o.SGD(p, 0.1)),
    "sgd momentum": (
        "SGD",
        {"learning_rate": 0.02, "momentum": 0.9},
        lambda o, p: o.SGD(p, 0.02, momentum=0.9),
    ),
    "sgd nesterov": (
        "SGD",
        {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True},
        lambda o, p: o.SGD(p, 0.02, momentum=0.9, nesterov=True),
    ),
    "adagrad": (
        "Adagrad",
        {"learning_rate": 0.1},
        lambda o, p: o.Adagrad(p, 0.1, initial_accumulator_value=0.1, eps=0.0),
    ),
    "rmsprop": (
        "RMSprop",
        {"learning_rate": 0.01},
        lambda o, p: o.RMSprop(p, 0.01, alpha=0.9, eps=0.0),
    ),
    "rmsprop momentum": (
        "RMSprop",
        {"learning_rate": 0.003, "rho": 0.8, "momentum": 0.9},
        lambda o, p: o.RMSprop(p, 0.003, alpha=0.8, momentum=0.9, eps=0.0),
    ),
    "rmsprop centered": (
        "RMSprop",
        {"learning_rate": 0.01, "centered": True},
        lambda o, p: o.RMSprop(p, 0.01, alpha=0.9, centered=True, eps=0.0),
    ),
    "adam": ("Adam", {"learning_rate": 0.02}, lambda o, p: o.Adam(p, 0.02, eps=0.0)),
    # A short memory, or the largest velocity so far is nearly always the last.
    "adam amsgrad": (
        "Adam",
        {"learning_rate": 0.02, "beta_2": 0.7, "amsgrad": True},
        lambda o, p: o.Adam(p, 0.02, (0.9, 0.7), eps=0.0, amsgrad=True),
    ),
    "adamw": (
        "AdamW",
        {"learning_rate": 0.02, "weight_decay": 0.2},
        lambda o, p: o.AdamW(p, 0.02, eps=0.0, weight_decay=0.2),
    ),
}

# Name -> class, settings, output activation, targets, and PyTorch's loss per row from the linear outputs.
LOSSES = {
    "mse": ("MeanSquaredError", {}, None, REALS, lambda f, z, y: ((z - y) ** 2).mean(1)),
    "mae": ("MeanAbsoluteError", {}, None, REALS, lambda f, z, y: (z - y).abs().mean(1)),
    "binary of sigmoid": (
        "BinaryCrossentropy",
        {},
        "sigmoid",
        BITS,
        lambda f, z, y: f.binary_cross_entropy(z.sigmoid(), y, reduction="none").mean(1),
    ),
    "binary of logits": (
        "BinaryCrossentropy",
        {"from_logits": True},
        None,
        BITS,
        lambda f, z, y: f.binary_cross_entropy_with_logits(z, y, reduction="none").mean(1),
    ),
    "categorical of softmax": (
        "CategoricalCrossentropy",
        {},
        "softmax",
        ONE_HOT,
        lambda f, z, y: -(y * z.softmax(1).log()).sum(1),
    ),
    "categorical of logits": (
        "CategoricalCrossentropy",
        {"from_logits": True},
        None,
        ONE_HOT,
        lambda f, z, y: f.cross_entropy(z, y, reduction="none"),
    ),
    "sparse of softmax": (
        "SparseCategoricalCrossentropy",
        {},
        "softmax",
        LABELS,
        lambda f, z, y: f.nll_loss(z.softmax(1).log(), y, reduction="none"),
    ),
    "sparse of logits": (
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        None,
        LABELS,
        lambda f, z, y: f.cross_entropy(z, y, reduction="none"),
    ),
}

# Name -> which array is penalised, class and settings, and the penalty written out for PyTorch.
REGULARIZERS = {
    "none": None,
    "l1": ("kernel_regularizer", "L1", {"l1": 0.01}, lambda w: 0.01 * w.abs().sum()),
    "l2": ("kernel_regularizer", "L2", {"l2": 0.02}, lambda w: 0.02 * (w**2).sum()),
    "l1_l2": (
        "kernel_regularizer",
        "L1L2",
        {"l1": 0.01, "l2": 0.02},
        lambda w: 0.01 * w.abs().sum() + 0.02 * (w**2).sum(),
    ),
    "bias": ("bias_regularizer", "L2", {"l2": 0.05}, lambda w: 0.05 * (w**2).sum()),
}

FROM_LOGITS = [name for name in LOSSES if name.endswith("logits")]
TABLE = [
    (optimizer, loss, list(REGULARIZERS)[(row + column) % len(REGULARIZERS)])
    for row, optimizer in enumerate(OPTIMIZERS)
    for column, loss in enumerate(name for name in LOSSES if name not in FROM_LOGITS)
]
ON_LOGITS = [(optimizer, loss, "none") for optimizer in ("sgd momentum", "adam") for loss in FROM_LOGITS]


def compiled(library, optimizer, loss, regularizer="none", activation="tanh", **changes):
    """The network, from either library: Fallline's names are Keras's."""
    kind, settings, _ = OPTIMIZERS[optimizer]
    loss_kind, loss_settings, output, *_ = LOSSES[loss]
    penalty = {}
    if REGULARIZERS[regularizer] is not None:
        argument, name, factors, _ = REGULARIZERS[regularizer]
        penalty = {argument: getattr(library.regularizers, name)(**factors)}
    dense = library.layers.Dense
    hidden, last = dense(HIDDEN, activation, **penalty), dense(OUTPUTS, output, **penalty)
    model = library.Sequential([library.Input((FEATURES,)), hidden, last])
    model.compile(
        getattr(library.optimizers, kind)(**(settings | changes)),
        getattr(library.losses, loss_kind)(**loss_settings),
    )
    model.set_weights(START)
    return model


def fallline_run(*names, weight=None, **changes):
    """One loss a step: epochs of one step each, which go on through the data where the last one ended."""
    model = compiled(fl, *names, **changes)
    return fallline_steps(model, X, LOSSES[names[1]][3], weight), model.get_weights()


def fallline_steps(model, x, y, weight=None):
    options = {"verbose": 0, "shuffle": False, "sample_weight": weight, "steps_per_epoch": 1}
    return model.fit(x, y, BATCH, STEPS, **options).history["loss"]


def keras_run(keras, *names, weight=None, **changes):
    with jax.numpy_dtype_promotion("standard"):
        model = compiled(keras, *names, **changes)
        return keras_steps(model, X, LOSSES[names[1]][3], weight), keras_weights(model)


def keras_weights(model):
    return [np.asarray(variable.value) for variable in model.weights]  # its get_weights warns under NumPy 2


def keras_steps(model, x, y, weight=None):
    found = []
    for rows in BATCHES:
        model.reset_metrics()  # else the mean of all steps so far comes back
        found.append(float(model.train_on_batch(x[rows], y[rows], None if weight is None else weight[rows])))
    return found


def torch_run(torch, optimizer, loss, regularizer="none", weight=None, activation=None):
    variables = [torch.nn.Parameter(torch.tensor(value)) for value in START]
    update = OPTIMIZERS[optimizer][2](torch.optim, variables)
    activation = torch.tanh if activation is None else activation
    targets, rows_of = LOSSES[loss][3:]
    inputs, targets = torch.tensor(X), torch.tensor(targets)
    weights = torch.ones(ROWS) if weight is None else torch.tensor(weight)

    def objective(rows):
        hidden = activation(inputs[rows] @ variables[0] + variables[1])
        outputs = hidden @ variables[2] + variables[3]
        value = (rows_of(torch.nn.functional, outputs, targets[rows]) * weights[rows]).mean()
        if REGULARIZERS[regularizer] is not None:
            argument, _, _, penalty = REGULARIZERS[regularizer]
            penalised = variables[0::2] if argument == "kernel_regularizer" else variables[1::2]
            value = value + sum(penalty(variable) for variable in penalised)
        return value

    return torch_steps(update, objective), [variable.detach().numpy() for variable in variables]


def torch_steps(update, objective):
    found = []
    for rows in BATCHES:
        update.zero_grad()
        value = objective(rows)
        value.backward()
        update.step()
        found.append(float(value.detach()))
    return found


def deviations(result, expected):
    """Largest relative difference of the losses, and of the weights relative to each array's largest."""
    (ours, weights), (theirs, their_weights) = result, expected
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape == (STEPS,)
    apart = max(
        np.max(np.abs(a - b)) / np.max(np.abs(b)) for a, b in zip(weights, their_weights, strict=True)
    )
    return np.max(np.abs(ours - theirs) / np.abs(theirs)), apart


def assert_same(result, expected, tolerance=5e-6):
    moved = max(np.max(np.abs(a - b)) for a, b in zip(expected[1], START, strict=True))
    assert moved > 0.1, "the reference did not train"
    loss, weight = deviations(result, expected)
    assert loss < tolerance, f"losses {loss:.2g} apart"
    assert weight < tolerance, f"weights {weight:.2g} apart"


def tolerance_for(optimizer):
    # Keras corrects Adam's moments with 1 - 0.999 in double precision and averages with the float32 number,
    # which is 1.3e-5 of it apart; with a short memory (amsgrad's 0.7) nothing of that is left.
    return 5e-5 if optimizer in ("adam", "adamw") else 5e-6


def epsilon_zero(optimizer):
    return {"epsilon": 0.0} if OPTIMIZERS[optimizer][0] != "SGD" else {}


def test_the_table_holds_every_pair():
    for first, second in ((0, 1), (0, 2), (1, 2)):
        sizes = [len(OPTIMIZERS), len(LOSSES) - len(FROM_LOGITS), len(REGULARIZERS)]
        assert len({(row[first], row[second]) for row in TABLE}) == sizes[first] * sizes[second]


@pytest.mark.parametrize(("optimizer", "loss", "regularizer"), TABLE + ON_LOGITS)
def test_trajectories_are_those_of_keras_and_pytorch(keras, torch, optimizer, loss, regularizer):
    names = (optimizer, loss, regularizer)
    assert_same(fallline_run(*names), keras_run(keras, *names), tolerance_for(optimizer))
    # Another epsilon is another number in the same program: nothing compiles again.
    assert_same(fallline_run(*names, **epsilon_zero(optimizer)), torch_run(torch, *names))


@pytest.mark.parametrize("name", ["relu", "elu", "sigmoid", "leaky_relu"])
def test_hidden_activations(keras, torch, name):
    names = ("sgd momentum", "categorical of softmax", "l2")
    result = fallline_run(*names, activation=name)
    assert_same(result, keras_run(keras, *names, activation=name))
    function = getattr(torch.nn.functional, name)
    slope = {"negative_slope": 0.2} if name == "leaky_relu" else {}
    assert_same(result, torch_run(torch, *names, activation=lambda z: function(z, **slope)))


@pytest.mark.parametrize("loss", ["mse", "binary of sigmoid", "sparse of softmax"])
def test_sample_weights(keras, torch, loss):
    names = ("sgd momentum", loss, "l2")
    result = fallline_run(*names, weight=ROW_WEIGHTS)
    assert_same(result, keras_run(keras, *names, weight=ROW_WEIGHTS))
    assert_same(result, torch_run(torch, *names, weight=ROW_WEIGHTS))
    assert deviations(result, fallline_run(*names))[0] > 0.01, "the weights change nothing"


@pytest.mark.parametrize(
    "changes", [{"learning_rate": 0.02002}, {"momentum": 0.9005}], ids=["learning rate", "momentum"]
)
def test_the_tolerance_sees_a_tenth_of_a_percent(changes):
    names = ("sgd momentum", "mse")
    loss, weight = deviations(fallline_run(*names, **changes), fallline_run(*names))
    assert loss > 1e-4
    assert weight > 1e-4


def test_a_loss_of_probabilities_that_is_not_fused(keras):
    """A user's own function hides the cross-entropy in it, so the probabilities themselves are differentiated."""
    model = compiled(fl, "sgd momentum", "categorical of softmax")
    model.compile(model.optimizer, lambda y, p: fl.losses.categorical_crossentropy(y, p))
    result = fallline_steps(model, X, ONE_HOT), model.get_weights()
    assert_same(result, keras_run(keras, "sgd momentum", "categorical of softmax"))


def normalised(library, start):
    layers = library.layers
    parts = [layers.Dense(HIDDEN), layers.BatchNormalization(momentum=0.9), layers.Activation("relu")]
    model = library.Sequential([library.Input((FEATURES,)), *parts, layers.Dense(OUTPUTS)])
    model.compile(library.optimizers.SGD(0.02, momentum=0.9), library.losses.MeanSquaredError())
    model.set_weights(start)
    return model


GAMMA = RNG.uniform(0.5, 1.5, HIDDEN).astype(np.float32)
BETA = RNG.normal(size=HIDDEN).astype(np.float32)
MOVING = [np.zeros(HIDDEN, np.float32), np.ones(HIDDEN, np.float32)]
NORMALISED_START = [*START[:2], GAMMA, BETA, *MOVING, *START[2:]]


def test_batch_normalisation(keras, torch):
    model = normalised(fl, NORMALISED_START)
    losses = fallline_steps(model, X, REALS)
    with jax.numpy_dtype_promotion("standard"):
        other = normalised(keras, NORMALISED_START)
        np.testing.assert_allclose(losses, keras_steps(other, X, REALS), rtol=1e-5)
        for ours, theirs in zip(model.get_weights(), keras_weights(other), strict=True):
            # The bias before the normalisation has no gradient: what moves it is rounding.
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)

    nn = torch.nn
    network = nn.Sequential(
        nn.Linear(FEATURES, HIDDEN), nn.BatchNorm1d(HIDDEN, 1e-3, 0.1), nn.ReLU(), nn.Linear(HIDDEN, OUTPUTS)
    )
    arrays = [START[0].T, START[1], GAMMA, BETA, START[2].T, START[3]]
    with torch.no_grad():
        for parameter, array in zip(network.parameters(), arrays, strict=True):
            parameter.copy_(torch.tensor(array))
    update = torch.optim.SGD(network.parameters(), 0.02, momentum=0.9)
    inputs, targets = torch.tensor(X), torch.tensor(REALS)
    expected = torch_steps(update, lambda rows: nn.functional.mse_loss(network(inputs[rows]), targets[rows]))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    moving_mean, moving_variance = model.get_weights()[4:6]
    biased = 0.9**STEPS + (network[1].running_var.numpy() - 0.9**STEPS) * (BATCH - 1) / BATCH
    np.testing.assert_allclose(moving_mean, network[1].running_mean.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(moving_variance, biased, rtol=1e-4)


# Whole epochs: 100 rows in batches of 16 leave a last batch of 4.
SHORT = slice(0, 100)
HELD_OUT = slice(100, 137)


def whole_fit(model, targets, **options):
    validation = (X[HELD_OUT], targets[HELD_OUT])
    if "validation_split" not in options:
        options = {"validation_data": validation} | options
    options = {"shuffle": False, "verbose": 0, "batch_size": 16, **options}
    return model.fit(X[SHORT], targets[SHORT], epochs=8, **options).history


CLASS_WEIGHT = {0: 0.5, 1: 2.0, 2: 1.0}


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (("sgd momentum", "mse", "l2"), {}),
        (("adam amsgrad", "binary of sigmoid", "l1"), {"sample_weight": ROW_WEIGHTS[SHORT]}),
        (("rmsprop", "sparse of softmax", "bias"), {"class_weight": CLASS_WEIGHT}),
        (
            ("sgd momentum", "sparse of softmax", "l2"),
            {"class_weight": CLASS_WEIGHT, "validation_split": 0.3},
        ),
        (
            ("sgd momentum", "categorical of softmax", "l2"),
            {"sample_weight": ROW_WEIGHTS[SHORT], "validation_split": 0.3},
        ),
    ],
    ids=["mse", "sample weights", "class weights", "class weights, split", "sample weights, split"],
)
def test_epochs_with_a_short_last_batch_report_what_keras_reports(keras, names, options):
    targets = LOSSES[names[1]][3]
    result = whole_fit(compiled(fl, *names), targets, **options)
    with jax.numpy_dtype_promotion("standard"):
        expected = whole_fit(compiled(keras, *names), targets, **options)
    assert set(result) == set(expected) == {"loss", "val_loss"}
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=5e-6, err_msg=name)


@pytest.mark.parametrize("reduction", ["sum", "mean_with_sample_weight"])
def test_reductions_that_depend_on_the_batches(keras, reduction):
    """37 rows held out, in the fit's batches of 16 unless told; evaluate takes 32."""

    def results(library, **options):
        model = compiled(library, "sgd", "mse")
        loss = library.losses.MeanSquaredError(reduction=reduction)
        model.compile(library.optimizers.SGD(1e-3), loss)
        held_out = (X[HELD_OUT], REALS[HELD_OUT], ROW_WEIGHTS[HELD_OUT])
        weight = ROW_WEIGHTS[SHORT]
        history = whole_fit(model, REALS, validation_data=held_out, sample_weight=weight, **options)
        last = model.evaluate(*held_out[:2], sample_weight=held_out[2], verbose=0)
        return [*history["loss"], *history["val_loss"], last]

    for options in ({}, {"validation_batch_size": 20}):
        ours = results(fl, **options)
        with jax.numpy_dtype_promotion("standard"):
            expected = results(keras, **options)
        np.testing.assert_allclose(ours, expected, rtol=5e-6)


def test_batch_normalisation_with_a_short_last_batch_and_validation(keras):
    result = whole_fit(normalised(fl, NORMALISED_START), REALS)
    with jax.numpy_dtype_promotion("standard"):
        expected = whole_fit(normalised(keras, NORMALISED_START), REALS)
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-5, err_msg=name)
