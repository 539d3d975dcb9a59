"""The lines of the table for layers and for what mixes rows; given is the shape of one row, or a list of them."""

from __future__ import annotations

import fallline.layers  # noqa: F401 - the table of names is filled

from .entry import FACTORS, N, entry, words

ROW, TABLE, IMAGE = (6,), (4, 6), (8, 6, 2)

LAYERS = [
    entry("layers.Activation", ROW, activation="gelu"),
    entry("layers.ActivityRegularization", ROW, l1=FACTORS, l2=FACTORS),
    entry("layers.AlphaDropout", ROW, rate=N(0.2, 0.5, 1.0)),
    entry("layers.BatchNormalization", ROW, momentum=N(0.99, 0.5, 2.0), epsilon=N(1e-3, 0.1, -1.0)),
    entry("layers.CategoryEncoding", ("whole", 3), num_tokens=5, output_mode="count"),
    entry(
        "layers.Dense",
        ROW,
        units=3,
        activation="tanh",
        kernel_initializer="he_normal",
        kernel_regularizer="l2",
    ),
    entry(
        "layers.Discretization",
        ROW,
        bin_boundaries=N((-1.0, 0.5), (0.0, 1.0), (1.0, 0.0)),
        output_mode="one_hot",
    ),
    entry("layers.Dot", [ROW, ROW], axes=1, normalize=True),
    entry("layers.Dropout", ROW, rate=N(0.2, 0.5, 1.5)),
    entry("layers.ELU", ROW, alpha=N(1.0, 2.0)),
    entry("layers.Embedding", ("whole", 3), input_dim=5, output_dim=2),
    entry("layers.FeatureNoise", ROW, stddev=N(0.1, 0.5, -1.0)),
    entry("layers.FeatureSwap", ROW, rate=N(0.1, 0.7, 2.0)),
    entry("layers.Flatten", TABLE),
    entry("layers.GaussianDropout", ROW, rate=N(0.2, 0.5, 1.0)),
    entry("layers.GaussianNoise", ROW, stddev=N(0.2, 0.5, -1.0)),
    entry("layers.GroupNormalization", ROW, groups=2, epsilon=N(1e-3, 0.1, -1.0)),
    entry("layers.Identity", TABLE),
    entry("layers.InputLayer", ROW, shape=ROW),
    entry("layers.Lambda", ROW, function=abs),
    entry("layers.LayerNormalization", ROW, epsilon=N(1e-3, 0.1, -1.0)),
    entry("layers.LeakyReLU", ROW, negative_slope=N(0.3, 0.1, -1.0)),
    entry("layers.Normalization", ROW, mean=N(0.5, 1.0), variance=N(2.0, 3.0, -1.0)),
    entry("layers.PReLU", ROW, alpha_initializer="glorot_uniform"),
    entry("layers.ParametricActivation", ROW, activation="selu", alpha_initializer="glorot_uniform"),
    entry(
        "layers.PeriodicEmbedding",
        ROW,
        frequencies=3,
        units=2,
        stddev=N(0.1, 0.5, -1.0),
        activation="tanh",
        columns=(1, 4),
        passed=(0, 5),
    ),
    entry(
        "layers.PeriodicEmbedding",
        ROW,
        frequencies=4,
        units=2,
        stddev=N(0.5, 2.0, -1.0),
        activation="relu",
        use_phases=False,
    ),
    entry("layers.Permute", TABLE, dims=(2, 1)),
    entry("layers.RMSNormalization", ROW, epsilon=N(1e-6, 0.1, -1.0)),
    entry("layers.RReLU", ROW, lower=N(0.1, 0.2), upper=N(0.3, 0.8)),
    entry(
        "layers.ReLU",
        ROW,
        max_value=N(1.0, 0.5, -1.0),
        negative_slope=N(0.1, 0.2, -1.0),
        threshold=N(0.2, 0.1, -1.0),
    ),
    entry("layers.RepeatVector", ROW, n=3),
    entry("layers.Rescaling", ROW, scale=N(0.5, 2.0), offset=N(0.1, -1.0)),
    entry("layers.Reshape", ROW, target_shape=(2, 3)),
    entry("layers.Scale", ROW, scale_initializer="glorot_uniform", scale_regularizer="l1"),
    entry("layers.Softmax", ROW),
    entry("layers.ThresholdUnit", ROW, units=2, kernel_initializer="glorot_uniform"),
    entry("layers.UnitNormalization", ROW),
    *(
        entry(f"layers.{name}", [ROW, ROW, ROW])
        for name in words("Add Average Concatenate Maximum Minimum Multiply")
    ),
    entry("layers.Subtract", [ROW, ROW]),
    entry(
        "layers.WeightedAverage", [ROW, ROW], shares=N((1.0, 3.0), (2.0, 1.0), (-1.0, 1.0)), logits="softmax"
    ),
    entry(
        "layers.RandomBrightness",
        IMAGE,
        factor=N(0.1, 0.3, 2.0),
        value_range=N((-4.0, 4.0), (-1.0, 1.0), (1.0, 0.0)),
    ),
    entry(
        "layers.RandomContrast",
        IMAGE,
        factor=N(0.1, 0.6, 2.0),
        value_range=N((-4.0, 4.0), (-1.0, 1.0), (1.0, 0.0)),
    ),
    entry("layers.RandomCrop", IMAGE, height=5, width=4),
    entry(
        "layers.RandomElasticTransform",
        IMAGE,
        factor=N(0.5, 1.0, 2.0),
        scale=N((0.5, 1.0), (0.1, 0.2), 2.0),
        sigma=N(0.2, 0.4, 0.0),
        fill_mode="constant",
        fill_value=N(0.0, 1.0),
        value_range=N((-4.0, 4.0), (-1.0, 1.0), (1.0, 0.0)),
    ),
    entry(
        "layers.RandomErasing",
        IMAGE,
        factor=N(1.0, 0.3, 2.0),
        scale=N((0.1, 0.3), (0.2, 0.6), 2.0),
        fill_value=N(0.0, 1.0),
        value_range=(-4.0, 4.0),
    ),
    entry("layers.RandomErasing", IMAGE, value_range=N((-4.0, 4.0), (-1.0, 1.0), (1.0, 0.0))),
    entry("layers.RandomFlip", IMAGE, mode="horizontal"),
    entry(
        "layers.RandomRotation", IMAGE, factor=N(0.1, 0.3, 2.0), fill_mode="constant", fill_value=N(0.0, 1.0)
    ),
    entry(
        "layers.RandomTranslation",
        IMAGE,
        height_factor=N(0.2, 0.4, 2.0),
        width_factor=N((-0.1, 0.3), (0.0, 0.5), 2.0),
        fill_mode="constant",
        fill_value=N(0.0, 1.0),
    ),
    entry(
        "layers.RandomZoom",
        IMAGE,
        height_factor=N(0.2, 0.4, 2.0),
        width_factor=N(0.1, 0.3, 2.0),
        fill_mode="constant",
        fill_value=N(0.0, 1.0),
    ),
]

MIXINGS = [
    entry("mixing.MixUp", TABLE, alpha=N(0.2, 1.0, -1.0)),
    entry("mixing.CutMix", IMAGE, alpha=N(1.0, 0.3, -1.0)),
]
