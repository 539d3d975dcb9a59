"""Loss trajectories of 50 steps against Keras 3 and PyTorch: same weights, same batches, whole compiled path.

Every optimizer meets every loss, and the regularisers rotate through that table, so that every pair of
(optimizer, loss), (optimizer, regulariser) and (loss, regulariser) occurs. Where the definitions differ:

- PyTorch adds epsilon outside the root (Adagrad, RMSprop) or after the bias correction (Adam), Keras and
  Fallline inside, or before. With epsilon 0 they are the same rule, so PyTorch is compared under epsilon 0.
- PyTorch's Adagrad starts from an accumulator of 0 unless told: it is told 0.1, which is Keras's value.
- PyTorch has no penalties: they are added to its loss by hand. Its cross-entropies take logits or, for
  probabilities, the logarithm of its own softmax.
- PyTorch's batch normalisation keeps the variance divided by n - 1 as its moving average; what it trains
  with is the same.
"""

from __future__ import annotations

import jax
import numpy as np
import pytest

import fallline as fl
from fallline import layers, losses, optimizers, regularizers

STEPS, BATCH, FEATURES, HIDDEN, OUTPUTS = 50, 8, 6, 8, 3
ROWS = STEPS * BATCH

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

TABLE = [
    (optimizer, loss, list(REGULARIZERS)[(row + column) % len(REGULARIZERS)])
    for row, optimizer in enumerate(OPTIMIZERS)
    for column, loss in enumerate(LOSSES)
]


def penalty_of(library, regularizer):
    if REGULARIZERS[regularizer] is None:
        return {}
    argument, name, settings, _ = REGULARIZERS[regularizer]
    return {argument: getattr(library.regularizers, name)(**settings)}


def fallline_run(optimizer, loss, regularizer="none", weight=None, **changes):
    """One loss a step: epochs of one step each, which go on through the data where the last one ended."""
    kind, settings, _ = OPTIMIZERS[optimizer]
    loss_kind, loss_settings, output, targets, _ = LOSSES[loss]
    penalty = penalty_of(fl, regularizer)
    model = fl.Sequential(
        [
            fl.Input((FEATURES,)),
            layers.Dense(HIDDEN, "tanh", **penalty),
            layers.Dense(OUTPUTS, output, **penalty),
        ]
    )
    model.compile(getattr(optimizers, kind)(**(settings | changes)), getattr(losses, loss_kind)(**loss_settings))
    model.set_weights(START)
    history = model.fit(
        X, targets, BATCH, STEPS, verbose=0, shuffle=False, sample_weight=weight, steps_per_epoch=1
    )
    return history.history["loss"], model.get_weights()


def keras_run(keras, optimizer, loss, regularizer="none", weight=None):
    kind, settings, _ = OPTIMIZERS[optimizer]
    loss_kind, loss_settings, output, targets, _ = LOSSES[loss]
    with jax.numpy_dtype_promotion("standard"):
        penalty = penalty_of(keras, regularizer)
        dense = keras.layers.Dense
        model = keras.Sequential(
            [
                keras.Input((FEATURES,)),
                dense(HIDDEN, "tanh", **penalty),
                dense(OUTPUTS, output, **penalty),
            ]
        )
        model.compile(
            getattr(keras.optimizers, kind)(**settings), getattr(keras.losses, loss_kind)(**loss_settings)
        )
        model.set_weights(START)
        return keras_losses(model, X, targets, weight), model.get_weights()


def keras_losses(model, x, y, weight=None):
    found = []
    for first in range(0, ROWS, BATCH):
        rows = slice(first, first + BATCH)
        model.reset_metrics()  # else the mean of all steps so far comes back
        found.append(float(model.train_on_batch(x[rows], y[rows], None if weight is None else weight[rows])))
    return found


def torch_run(torch, optimizer, loss, regularizer="none", weight=None):
    variables = [torch.nn.Parameter(torch.tensor(value)) for value in START]
    update = OPTIMIZERS[optimizer][2](torch.optim, variables)
    targets, rows_of = LOSSES[loss][3:]
    inputs, targets = torch.tensor(X), torch.tensor(targets)
    weights = torch.ones(ROWS) if weight is None else torch.tensor(weight)
    found = []
    for first in range(0, ROWS, BATCH):
        rows = slice(first, first + BATCH)
        hidden = torch.tanh(inputs[rows] @ variables[0] + variables[1])
        outputs = hidden @ variables[2] + variables[3]
        value = (rows_of(torch.nn.functional, outputs, targets[rows]) * weights[rows]).mean()
        if REGULARIZERS[regularizer] is not None:
            argument, _, _, penalty = REGULARIZERS[regularizer]
            penalised = variables[0::2] if argument == "kernel_regularizer" else variables[1::2]
            value = value + sum(penalty(variable) for variable in penalised)
        update.zero_grad()
        value.backward()
        update.step()
        found.append(float(value.detach()))
    return found, [variable.detach().numpy() for variable in variables]


def deviations(result, expected):
    """Largest relative difference of the losses, and of the weights relative to the largest weight."""
    (ours, weights), (theirs, their_weights) = result, expected
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape == (STEPS,)
    apart = max(np.max(np.abs(a - b)) / np.max(np.abs(b)) for a, b in zip(weights, their_weights, strict=True))
    return np.max(np.abs(ours - theirs) / np.abs(theirs)), apart


def assert_same(result, expected, tolerance=1e-4):
    loss, weight = deviations(result, expected)
    moved = max(np.max(np.abs(a - b)) for a, b in zip(expected[1], START, strict=True))
    assert moved > 0.05, "the reference did not train"
    assert loss < tolerance, f"losses {loss:.2g} apart"
    assert weight < tolerance, f"weights {weight:.2g} apart"


def epsilon_zero(optimizer):
    return {"epsilon": 0.0} if OPTIMIZERS[optimizer][0] != "SGD" else {}


def test_the_table_holds_every_pair():
    for first, second in ((0, 1), (0, 2), (1, 2)):
        sizes = [len(OPTIMIZERS), len(LOSSES), len(REGULARIZERS)]
        assert len({(row[first], row[second]) for row in TABLE}) == sizes[first] * sizes[second]


@pytest.mark.parametrize(("optimizer", "loss", "regularizer"), TABLE)
def test_every_trajectory_is_that_of_keras_and_of_pytorch(keras, torch, optimizer, loss, regularizer):
    result = fallline_run(optimizer, loss, regularizer)
    assert_same(result, keras_run(keras, optimizer, loss, regularizer))
    # Another epsilon is another number in the same program: nothing compiles again.
    result = fallline_run(optimizer, loss, regularizer, **epsilon_zero(optimizer))
    assert_same(result, torch_run(torch, optimizer, loss, regularizer))


if __name__ == "__main__":
    import keras, torch, time
    worst = {}
    t=time.time()
    for o, l, r in TABLE:
        a = deviations(fallline_run(o, l, r), keras_run(keras, o, l, r))
        b = deviations(fallline_run(o, l, r, **epsilon_zero(o)), torch_run(torch, o, l, r))
        c = fallline_run(o,l,r)[0]
        print(f"{o:18} {l:24} {r:6} {a[0]:.1e} {a[1]:.1e}  {b[0]:.1e} {b[1]:.1e}  {c[0]:.3f} {c[-1]:.3f}")
    print(time.time()-t)
