"""Calls of functions that Keras 2 has and this room too: `record.py` asks Keras, the tests compare."""

import json
import random

import numpy as np

TEXTS = [
    "The cat sat on the mat.",
    "The dog, the DOG; ate my home-work!",
    "",
    "cat\tdog\nbird's",
    ["Own", "words", "cat"],
]
TOKENIZERS = [
    {},
    {"num_words": 4},
    {"num_words": 5, "oov_token": "<OOV>"},
    {"char_level": True, "lower": False},
    {"split": "-", "filters": ""},
    {"oov_token": "x", "lower": False},
]


def of_texts(text):
    """What a tokenizer and its relatives give."""
    found = {}
    for arguments in TOKENIZERS:
        tokenizer = text.Tokenizer(**arguments)
        texts = TEXTS[:4] if arguments.get("char_level") else TEXTS
        tokenizer.fit_on_texts(texts)
        written = tokenizer.to_json()
        config = json.loads(written)["config"]
        again = text.tokenizer_from_json(written)
        found[str(arguments)] = [
            tokenizer.texts_to_sequences([*texts, "unknown cat zebra"]),
            dict(tokenizer.word_index),
            dict(tokenizer.word_counts),
            sorted(map(list, tokenizer.word_docs.items())),
            sorted(map(list, tokenizer.index_docs.items())),
            tokenizer.sequences_to_texts([[1, 2, 3, 99], [4, 5]]),
            [
                tokenizer.texts_to_matrix(texts, mode=mode).tolist()
                for mode in ("binary", "count", "freq", "tfidf")
            ],
            tokenizer.document_count,
            {name: value for name, value in config.items() if name not in ("word_docs", "index_docs")},
            again.texts_to_sequences(texts),
            again.texts_to_matrix(texts, mode="tfidf").tolist(),
        ]
    tokenizer = text.Tokenizer(num_words=6)
    tokenizer.fit_on_sequences([[1, 2, 2], [3, 7]])
    found["sequences"] = tokenizer.sequences_to_matrix([[1, 2], [2, 2, 7]], mode="tfidf").tolist()
    found["hashing_trick"] = text.hashing_trick("A b c! the end of it", 50, hash_function="md5")
    found["words"] = text.text_to_word_sequence("A b, c! the-end of\tit")
    return found


def of_sequences(sequence):
    """What `pad_sequences` and the pairs of words give."""
    found = {}
    lists = [[1, 2, 3], [4, 5], [6, 7, 8, 9, 10], []]
    for arguments in [
        {},
        {"maxlen": 3},
        {"maxlen": 4, "padding": "post"},
        {"maxlen": 2, "truncating": "post", "value": 9},
        {"dtype": "float32", "value": -1.5},
    ]:
        found[f"pad {arguments}"] = sequence.pad_sequences(lists, **arguments).tolist()
    found["pad pairs"] = sequence.pad_sequences([[[1, 2], [3, 4]], [[5, 6]]], maxlen=3).tolist()
    found["table"] = sequence.make_sampling_table(20).tolist()
    words = [0, 1, 2, 3, 4, 5, 0, 6, 7]
    for arguments in [
        {},
        {"window_size": 1, "negative_samples": 0.5, "categorical": True, "seed": 3},
        {"shuffle": False, "sampling_table": np.linspace(0.2, 1, 9)},
    ]:
        random.seed(5)
        found[f"skipgrams {sorted(arguments)}"] = sequence.skipgrams(words, 9, **arguments)
    return found


def of_the_backend(K, keras):
    """What the functions of `keras.backend` give, by their calls."""
    draw = np.random.RandomState(0)
    rows = [draw.randn(*shape).astype("float32") for shape in [(3, 4), (3, 4), (4, 2), (3, 2, 4), (3, 4, 5)]]
    numbers = rows[0]
    a, b, c, d, e = (K.constant(each) for each in rows)
    p = K.constant(np.abs(numbers) / np.abs(numbers).sum(1, keepdims=True))
    t = K.constant(np.eye(4)[[0, 2, 1]].astype("float32"))
    whole = K.constant([0, 2, 1], dtype="int32")
    calls = {}
    for name in ["sum", "mean", "prod", "max", "min", "std", "var"]:
        for axes in [{}, {"axis": 1}, {"axis": -1, "keepdims": True}, {"axis": [0, 1]}]:
            if hasattr(K, name):
                calls[f"{name} {axes}"] = lambda name=name, axes=axes: getattr(K, name)(a, **axes)
    for name in ("any", "all", "mean"):
        calls[f"{name} of truths"] = lambda name=name: getattr(K, name)(a > 0, axis=1)
    for name in ["argmax", "argmin", "cumsum", "cumprod"]:
        calls[name] = lambda name=name: getattr(K, name)(a)
        calls[f"{name} 1"] = lambda name=name: getattr(K, name)(a, axis=1)
    for name in [
        "square",
        "exp",
        "abs",
        "sign",
        "round",
        "sin",
        "cos",
        "tanh",
        "sigmoid",
        "softplus",
        "softsign",
        "sqrt",
        "relu",
        "elu",
        "softmax",
        "hard_sigmoid",
        "l2_normalize",
        "flatten",
        "transpose",
        "batch_flatten",
        "expand_dims",
        "ones_like",
        "zeros_like",
    ]:
        calls[name] = lambda name=name: getattr(K, name)(a)
    for name in [
        "maximum",
        "minimum",
        "equal",
        "not_equal",
        "greater",
        "greater_equal",
        "less",
        "less_equal",
    ]:
        calls[name] = lambda name=name: getattr(K, name)(a, b)
    calls |= {
        "log": lambda: K.log(p),
        "relu of Keras 2": lambda: K.relu(a, alpha=0.1, max_value=0.5, threshold=0.2),
        "l2_normalize 1": lambda: K.l2_normalize(a, axis=1),
        "dot": lambda: K.dot(a, c),
        "dot of three axes": lambda: K.dot(d, c),
        "batch_dot": lambda: K.batch_dot(d, e),
        "batch_dot of rows": lambda: K.batch_dot(a, b, axes=1),
        "batch_dot 2 1": lambda: K.batch_dot(d, a, axes=[2, 1]),
        "batch_dot 2 2": lambda: K.batch_dot(d, d, axes=(2, 2)),
        "permute_dimensions": lambda: K.permute_dimensions(d, (0, 2, 1)),
        "reshape": lambda: K.reshape(a, (2, 6)),
        "squeeze": lambda: K.squeeze(K.expand_dims(a, 1), 1),
        "concatenate": lambda: K.concatenate([a, b]),
        "stack": lambda: K.stack([a, b], axis=1),
        "repeat": lambda: K.repeat(a, 3),
        "repeat_elements": lambda: K.repeat_elements(a, 2, axis=1),
        "tile": lambda: K.tile(a, (2, 1)),
        "reverse": lambda: K.reverse(a, 1),
        "arange": lambda: K.arange(5),
        "arange 1 7 2": lambda: K.arange(1, 7, 2),
        "gather": lambda: K.gather(a, whole),
        "one_hot": lambda: K.one_hot(whole, 3),
        "binary_crossentropy": lambda: K.binary_crossentropy(t, p),
        "binary_crossentropy of logits": lambda: K.binary_crossentropy(t, a, from_logits=True),
        "categorical_crossentropy": lambda: K.categorical_crossentropy(t, p),
        "categorical_crossentropy of logits": lambda: K.categorical_crossentropy(t, a, from_logits=True),
        "sparse_categorical_crossentropy": lambda: K.sparse_categorical_crossentropy(whole, p),
        "switch": lambda: K.switch(a > 0, a, b),
        "clip": lambda: K.clip(a, -0.5, 0.5),
        "pow": lambda: K.pow(a, 2),
        "in_top_k": lambda: K.in_top_k(p, whole, 2),
        "cast_to_floatx": lambda: K.cast_to_floatx(np.arange(3)),
        "count_params": lambda: K.count_params(K.zeros((2, 3))),
        "epsilon": K.epsilon,
        "int_shape": lambda: K.int_shape(K.zeros((2, 3))),
        "ndim": lambda: K.ndim(K.zeros((2, 3))),
        "get_value": lambda: K.get_value(K.variable([1.0, 2.0])),
        "eval": lambda: K.eval(K.variable(3.0) + 1),
        "eye": lambda: K.eye(3),
        "foldl": lambda: K.foldl(lambda x, y: x - y, K.constant([1.0, 2.0, 3.0])),
        "foldr": lambda: K.foldr(lambda x, y: x - y, K.constant([1.0, 2.0, 3.0])),
        "map_fn": lambda: K.map_fn(lambda x: x * 2, K.constant([1.0, 2.0, 3.0])),
    }
    found = {name: np.asarray(call()).tolist() for name, call in calls.items()}
    variable = K.variable([1.0, 2.0])
    K.set_value(variable, [3.0, 4.0])
    found["set_value"] = K.get_value(variable).tolist()
    K.update_add(variable, [1.0, 1.0])
    found["update_add"] = K.get_value(variable).tolist()
    layers = keras.layers
    model = keras.models.Sequential(
        [layers.Dense(3, input_shape=(4,), activation="relu"), layers.Dropout(0.5), layers.Dense(2)]
    )
    model.set_weights([draw.randn(4, 3), draw.randn(3), draw.randn(3, 2), draw.randn(2)])
    function = K.function([model.layers[0].input], [model.layers[0].output, model.layers[2].output])
    found["function"] = [each.tolist() for each in function([numbers])]
    return found


def of_lookups(layers):
    """What words become by `StringLookup`, and numbers by `IntegerLookup`."""
    found = []
    words = np.array(["a", "b", "b", "c", "c", "z"])
    for arguments in [
        {},
        {"mask_token": ""},
        {"num_oov_indices": 0},
        {"max_tokens": 3},
        {"output_mode": "one_hot"},
        {"output_mode": "multi_hot"},
        {"output_mode": "count"},
    ]:
        lookup = layers.StringLookup(**arguments)
        lookup.adapt(words)
        asked = ["c", "a"] if arguments.get("output_mode") == "one_hot" else [["c", "a"], ["b", "c"]]
        found += [list(map(str, lookup.get_vocabulary())), lookup.vocabulary_size()]
        found.append(np.asarray(lookup(np.array(asked))).tolist())
    found.append(np.asarray(layers.StringLookup(vocabulary=["x", "y"])(np.array(["y", "x", "q"]))).tolist())
    lookup = layers.IntegerLookup()
    lookup.adapt(np.array([5, 7, 7, 9]))
    found += [list(map(int, lookup.get_vocabulary())), np.asarray(lookup(np.array([7, 1, 9]))).tolist()]
    return found
