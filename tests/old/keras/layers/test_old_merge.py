"""Merging of before Keras 2, and layers that left."""

import numpy as np
import pytest

import fallline.old.keras as keras
from fallline.errors import UsageError
from fallline.old.keras.layers import (
    Dense,
    Highway,
    MaxoutDense,
    Merge,
    ThresholdedReLU,
    TimeDistributed,
    merge,
)

ROWS = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
EXPECTED = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "max": np.maximum,
    "concat": lambda a, b: np.concatenate([a, b], 1),
    "dot": lambda a, b: (a * b).sum(1, keepdims=True),
    "cos": lambda a, b: (
        (a * b).sum(1, keepdims=True)
        / np.linalg.norm(a, axis=1, keepdims=True)
        / np.linalg.norm(b, axis=1, keepdims=True)
    ),
}


@pytest.fixture(scope="module")
def branches():
    return [keras.Sequential([Dense(3, input_dim=4)]) for _ in range(2)]


@pytest.mark.parametrize("mode", EXPECTED)
def test_a_chain_begins_with_a_merge_of_others(mode, branches):
    model = keras.Sequential()
    model.add(Merge(branches, mode=mode))
    outputs = [branch.predict(ROWS, verbose=0) for branch in branches]
    np.testing.assert_allclose(
        model.predict([ROWS, ROWS], verbose=0), EXPECTED[mode](*outputs), rtol=1e-5, atol=1e-6
    )


def test_merge_is_a_function_and_a_module():
    from fallline.old.keras.layers.merge import concatenate

    a, b = keras.Input((2,)), keras.Input((3,))
    assert merge([a, b], mode="concat").shape == concatenate([a, b]).shape == (None, 5)
    assert merge([b, b], mode=lambda pair: pair[0] - pair[1], output_shape=(3,)).shape == (None, 3)
    with pytest.raises(UsageError, match='Did you mean "concat"'):
        merge([a, b], mode="concatt")


def test_maxout_highway_and_threshold():
    model = keras.Sequential(
        [MaxoutDense(5, nb_feature=3, input_dim=4), Highway(activation="relu"), ThresholdedReLU(0.5)]
    )
    draw = np.random.default_rng(1)
    model.set_weights([draw.normal(size=each.shape) for each in model.get_weights()])
    w, b, kernel, kernel_t, bias, bias_t = model.get_weights()
    hidden = np.max(np.einsum("bi,kio->bko", ROWS, w) + b, axis=1)
    share = 1 / (1 + np.exp(-(hidden @ kernel_t + bias_t)))
    mixed = share * np.maximum(hidden @ kernel + bias, 0) + (1 - share) * hidden
    expected = np.where(mixed > 0.5, mixed, 0)
    np.testing.assert_allclose(model.predict(ROWS, verbose=0), expected, rtol=1e-4, atol=1e-5)


def test_a_dense_layer_of_each_step():
    model = keras.Sequential([keras.Input((5, 4)), TimeDistributed(Dense(2))])
    assert model.output_shape == (None, 5, 2)
    with pytest.raises(UsageError, match="lagged values"):
        TimeDistributed(keras.layers.Flatten())


def test_a_graph_of_keras_0():
    graph = keras.models.Graph()
    graph.add_input("in", input_shape=(4,))
    graph.add_node(Dense(3), "a", input="in")
    graph.add_node(Dense(3), "b", input="in")
    graph.add_node(Dense(1), "c", inputs=["a", "b"], merge_mode="sum")
    graph.add_output("out", input="c")
    graph.compile("sgd", {"out": "mse"})
    history = graph.fit({"in": ROWS, "out": ROWS[:, :1]}, epochs=1, verbose=0)
    assert len(history.history["loss"]) == 1
    assert graph.predict({"in": ROWS}, verbose=0)["out"].shape == (6, 1)
    with pytest.raises(UsageError, match="nothing is named 'd'"):
        graph.add_output("other", input="d")


def test_lookups_are_for_arrays():
    lookup = keras.layers.StringLookup(vocabulary=["a", "b"], num_oov_indices=0)
    with pytest.raises(UsageError, match="not in the vocabulary"):
        lookup(["a", "c"])
    with pytest.raises(UsageError, match="Call it on the array"):
        lookup(keras.Input((1,)))
    words = keras.layers.StringLookup(vocabulary=["a", "b"], invert=True)
    assert words([1, 2, 0]).tolist() == ["a", "b", "[UNK]"]
