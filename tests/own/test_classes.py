"""Classes derived from the package's own and not declared with `tree`: they train, share programs and are saved."""

from __future__ import annotations

import copy
import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline._tree import replace, stack
from fallline.errors import UsageError

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)
W = np.arange(-3, 3, dtype=np.float32).reshape(2, 3)


class Doubled(fl.regularizers.L2):
    def __call__(self, w):
        return 2 * super().__call__(w)


class Firm(fl.regularizers.L2):
    def __init__(self, l2=0.1, power=2):
        super().__init__(l2)
        self.power = power

    def __call__(self, w):
        # A branch in Python: what is kept is no number of the program.
        return super().__call__(w) if self.power == 2 else self.l2 * jnp.sum(jnp.abs(w) ** self.power)


class Tight(fl.constraints.MaxNorm):
    def __call__(self, w):
        return super().__call__(w) / 2


class Half(fl.initializers.GlorotUniform):
    def __call__(self, shape, dtype=None):
        return 0.5 * super().__call__(shape, dtype)


class Rectified(fl.layers.Dense):
    def __init__(self, units, **kwargs):
        super().__init__(units, activation="relu", **kwargs)


class Fast(fl.optimizers.SGD):
    def __init__(self, learning_rate=0.1, **kwargs):
        super().__init__(learning_rate, momentum=0.5, **kwargs)


class Patient(fl.callbacks.EarlyStopping):
    def __init__(self, patience=1):
        super().__init__(monitor="loss", patience=patience, min_delta=100.0)


OWN = {each.__name__: each for each in (Doubled, Firm, Tight, Half, Rectified, Fast)}


def network(layer):
    model = fl.Sequential([fl.Input((3,)), layer, fl.layers.Dense(1)], seed=0)
    model.compile(Fast(), "mse")
    return model


def test_what_they_compute():
    assert float(Doubled(0.5)(W)) == pytest.approx(np.sum(W**2), rel=1e-6)
    assert float(Firm(0.5, power=3)(W)) == pytest.approx(0.5 * np.sum(np.abs(W) ** 3), rel=1e-6)
    np.testing.assert_allclose(np.linalg.norm(Tight(1.0)(W), axis=0), 0.5, rtol=1e-5)
    plain = fl.initializers.GlorotUniform(seed=3)((4, 5))
    np.testing.assert_allclose(Half(seed=3)((4, 5)), plain / 2, rtol=1e-6)


def test_a_layer_draws_what_the_call_of_an_initializer_makes():
    kernels = []
    for initializer in ("glorot_uniform", Half()):
        layer = fl.layers.Dense(4, kernel_initializer=initializer, name="same")
        network(layer).predict(X)
        kernels.append(layer.get_weights()[0])
    np.testing.assert_allclose(kernels[1], kernels[0] / 2, rtol=1e-6)


def test_they_train_as_the_classes_they_fix_arguments_of():
    own = network(Rectified(4, kernel_regularizer=Doubled(0.1), name="dense"))
    plain = fl.layers.Dense(4, "relu", kernel_regularizer=fl.regularizers.L2(0.2), name="dense")
    expected = fl.Sequential([fl.Input((3,)), plain, fl.layers.Dense(1)], seed=0)
    expected.compile(fl.optimizers.SGD(0.1, momentum=0.5), "mse")
    losses = [each.fit(X, Y, epochs=3, verbose=0).history["loss"] for each in (own, expected)]
    np.testing.assert_allclose(*losses, rtol=1e-6)
    bound = Rectified(4, kernel_constraint=Tight(0.4))
    network(bound).fit(X, Y, epochs=3, verbose=0)
    assert np.linalg.norm(bound.get_weights()[0], axis=0).max() <= 0.2 + 1e-6


def test_other_numbers_are_the_same_program():
    def run(l2, limit, power, rate):
        layer = Rectified(
            4,
            kernel_regularizer=Doubled(l2),
            bias_regularizer=Firm(l2, power),
            kernel_constraint=Tight(limit),
        )
        model = network(layer)
        model.compile(Fast(rate), "mse")
        return model.fit(X, Y, epochs=1, verbose=0).history["loss"]

    first = run(0.1, 1.0, 2, 0.1)
    before = len(fl.compilation_report().programs)
    assert run(0.2, 2.0, 2, 0.05) != first
    assert len(fl.compilation_report().programs) == before
    run(0.1, 1.0, 3, 0.1)
    assert len(fl.compilation_report().programs) > before


def test_what_is_kept_besides_is_structure_compared_by_what_it_holds():
    class Holds(fl.regularizers.L2):
        def __init__(self, thing):
            super().__init__(0.1)
            self.thing = thing

    def structure(thing):
        return jax.tree.structure(Holds(thing))

    for same in (
        lambda: 1.5,
        lambda: [1, {"a": {2}}],
        lambda: np.arange(3),
        lambda: np.float32(2),
        lambda: W.shape,
    ):
        assert structure(same()) == structure(same())
    others = [
        1,
        1.0,
        True,
        "1",
        [1],
        (1,),
        np.int32(1),
        np.arange(3),
        np.arange(4),
        lambda: 1,
        lambda: 1,
        None,
    ]
    assert len({structure(thing) for thing in others}) == len(others)
    held = Holds([1, 2])
    before = jax.tree.structure(held)
    held.thing.append(3)
    assert jax.tree.structure(held) != before
    for copied in (jax.tree.map(lambda leaf: leaf, held), replace(held, l2=0.2), copy.deepcopy(held)):
        assert copied.thing == [1, 2, 3]
        assert jax.tree.structure(copied) == jax.tree.structure(held)
    assert stack([Firm(0.1), Firm(0.2)]).l2.tolist() == pytest.approx([0.1, 0.2])


def test_attributes_are_set_in_init_alone():
    with pytest.raises(UsageError, match="Firm.power can be set in __init__ alone"):
        Firm().power = 3
    with pytest.raises(AttributeError, match="Rectified.units cannot be assigned; make a new Rectified"):
        Rectified(3).units = 4
    layer = Rectified(3)
    layer.trainable = False
    assert not layer.trainable
    optimizer = Fast()
    optimizer.learning_rate = 0.3
    assert jax.tree.leaves(optimizer)[0] == 0.3

    class Again(fl.layers.Dense):
        def __init__(self, units):
            super().__init__(units)
            self.activation = "tanh"

    np.testing.assert_allclose(np.abs(Again(2)(100 * X)).max(), 1, rtol=1e-5)


def test_what_cannot_be_a_tree_says_so():
    class Forgets(fl.regularizers.L2):
        def __init__(self, share):
            self.share = share

    with pytest.raises(UsageError, match=r"Forgets: its __init__ must call super\(\).__init__\(\).*l2"):
        Forgets(0.5)

    class Declares(fl.regularizers.L2):
        share: float = 0.5

    with pytest.raises(
        UsageError, match='Declares: it declares the field "share"; decorate the class with @fl.tree'
    ):
        Declares()
    with pytest.raises(UsageError, match='Dense: no argument "actvation". Did you mean "activation"'):
        Rectified(3, actvation="relu")
    with pytest.raises(UsageError, match='L2: no argument "factor"'):
        Doubled(factor=1)


def test_declared_with_tree_they_are_trees_as_before():
    @fl.tree
    class Shared(fl.regularizers.L2):
        share: float = 0.5

        def __call__(self, w):
            return self.share * super().__call__(w)

    @fl.tree
    class Fixed(fl.regularizers.L2):
        def __init__(self, twice):
            super().__init__(twice / 2)

    @fl.tree
    class Sets(fl.regularizers.L2):
        def __init__(self, share):
            super().__init__()
            self.share = share

    assert jax.tree.leaves(Shared(0.1, share=0.3)) == [0.1, 0.3]
    assert jax.tree.leaves(Fixed(3.0)) == [1.5]
    with pytest.raises(UsageError, match="Sets: cannot assign to field 'share' in __init__. Declare"):
        Sets(2)

    class Below(Shared):
        def __init__(self):
            super().__init__(0.1, share=0.2)

    assert jax.tree.leaves(Below()) == [0.1, 0.2]
    assert float(Below()(W)) == pytest.approx(0.02 * np.sum(W**2), rel=1e-6)


def test_their_signatures_are_those_that_were_written():
    assert list(inspect.signature(Rectified).parameters) == ["units", "kwargs"]
    assert list(inspect.signature(Doubled).parameters) == ["l2"]


def test_they_are_saved_by_the_arguments_they_keep(tmp_path):
    layer = Rectified(
        4,
        kernel_regularizer=Firm(0.2, 3),
        kernel_constraint=Tight(1.5),
        kernel_initializer=Half(),
        name="first",
    )
    config = layer.get_config()
    assert list(config) == ["units", "kernel_constraint", "kernel_initializer", "kernel_regularizer", "name"]
    assert config["kernel_regularizer"] == {"custom": "Firm", "config": {"l2": 0.2, "power": 3}}
    model = network(layer)
    model.fit(X, Y, epochs=1, verbose=0)
    model.save(tmp_path / "model.fallline")
    loaded = fl.load_model(tmp_path / "model.fallline", custom_objects=OWN)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert type(loaded.get_layer("first")) is Rectified
    assert type(loaded.optimizer) is Fast
    losses = [each.fit(X, Y, epochs=1, verbose=0, shuffle=False).history["loss"] for each in (model, loaded)]
    np.testing.assert_allclose(*losses, rtol=1e-6)


def test_arguments_that_are_not_kept_need_a_get_config():
    class Renames(fl.regularizers.L2):
        def __init__(self, strength):
            super().__init__(strength)

    class Halves(fl.regularizers.L2):
        def __init__(self, l2):
            super().__init__(l2 / 2)

    class Drops(fl.layers.Dense):
        def __init__(self, units, strength=0.1, **kwargs):
            super().__init__(units, kernel_regularizer=fl.regularizers.L2(strength), **kwargs)

    for node in (Renames(0.1), Halves(0.1)):
        with pytest.raises(
            UsageError, match=f"cannot save {type(node).__name__}: the arguments of its __init__"
        ):
            node.get_config()
    assert Drops(3).get_config() == {"units": 3}
    # Given another way, it is taken by `**kwargs`, where it would stand beside the one that `__init__` makes.
    with pytest.raises(UsageError, match="cannot save Drops"):
        Drops(3, 0.2).get_config()

    class Says(Halves):
        def get_config(self):
            return {"l2": 2 * super().get_config()["l2"]}

    assert Says.from_config(Says(0.3).get_config()).l2 == pytest.approx(0.15)


def test_a_rule_takes_fixed_arguments_and_no_hooks():
    # No epoch improves by 100: it stops as EarlyStopping does, after the first and two more.
    history = network(Rectified(4)).fit(X, Y, epochs=9, verbose=0, callbacks=[Patient(2)])
    assert history.outcome.kind == "early_stopped"
    assert len(history.history["loss"]) == 3
    with pytest.raises(
        UsageError, match=r"Own: EarlyStopping .* nothing calls on_epoch_end.*start_from_epoch"
    ):
        type("Own", (fl.callbacks.EarlyStopping,), {"on_epoch_end": lambda self, epoch, logs=None: None})
    for rule in (fl.callbacks.ReduceLROnPlateau, fl.callbacks.LearningRateScheduler, Patient):
        with pytest.raises(
            UsageError, match=r"nothing calls on_train_begin. Derive the class from fallline.callbacks"
        ):
            type("Own", (rule,), {"on_train_begin": lambda self, logs=None: None})


def test_an_optimizer_with_hooks_of_keras_is_refused():
    for base in (fl.optimizers.Optimizer, fl.optimizers.SGD):
        for name in ("update_step", "apply_gradients"):
            with pytest.raises(UsageError, match=f"Own: nothing calls {name}. .*GradientOptimizer"):
                type("Own", (base,), {name: lambda self, *args: None})


def test_copies():
    for node in (Firm(0.2, 3), Patient(4), Rectified(3)):
        for again in (copy.copy(node), copy.deepcopy(node)):
            assert jax.tree.structure(again) == jax.tree.structure(node)
            assert jax.tree.leaves(again) == jax.tree.leaves(node)

    class Unseen(fl.regularizers.L2):
        pass

    # As another process reads one: by its attributes, before its class has made any.
    first = object.__new__(Unseen)
    first.__setstate__({"l2": 0.3})
    assert jax.tree.leaves(first) == [0.3]


def test_a_schedule():
    class Twice(fl.optimizers.schedules.ExponentialDecay):
        def __call__(self, step):
            return 2 * super().__call__(step)

    assert float(Twice(0.1, 10, 0.5)(10)) == pytest.approx(0.1, rel=1e-6)


def test_losses_are_trees_whose_numbers_do_not_compile_anew():
    class Scaled(fl.losses.Huber):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, y_true, y_pred):
            return self.factor * super().call(y_true, y_pred)

    loss = Scaled(3.0, delta=0.5)
    # |error| = 2 beyond delta: 0.5 * (2 - 0.25)
    assert float(loss(jnp.zeros((4, 1)), jnp.full((4, 1), 2.0))) == pytest.approx(3 * 0.875, rel=1e-6)
    assert loss.get_config() == {"factor": 3.0, "delta": 0.5}
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile("sgd", Scaled(delta=0.5))
    first = model.evaluate(X, Y)
    before = len(fl.compilation_report().programs)
    model.compile("sgd", Scaled(delta=0.1))
    assert model.evaluate(X, Y) < first
    assert len(fl.compilation_report().programs) == before

    class OneNumber(fl.losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            return jnp.mean(super().call(y_true, y_pred))

    with pytest.raises(UsageError, match="one number for all rows"):
        OneNumber().rows(jnp.ones((2, 1)), jnp.zeros((2, 1)))
