"""Draws what each augmentation does to real digits: the pictures of docs/guides/augmentation.md.

    python examples/augmentation_gallery.py [folder for figures] [--quick]

The digits are scikit-learn's 8x8 scans, enlarged to 32x32 for the changes of images. In each picture the first
row holds the digits as they are and the next three what three epochs make of them.
"""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits

from fallline.layers import GaussianNoise, Layer, augmentation
from fallline.layers.mixing import CutMix, Mixing, MixUp

SHOWN, EPOCHS, SEED = 10, 3, 2
EMPTY = {"fill_mode": "constant"}
UNIT = {"value_range": (0, 1)}
SMALL = {"fontsize": 7, "va": "top", "linespacing": 1.05}

Notes = Sequence[Sequence[str]]

# File name -> title and layers, in the order in which they act.
IMAGES = {
    "random_translation": (
        "RandomTranslation: shifted by up to 15% of the size",
        [augmentation.RandomTranslation(0.15, 0.15, **EMPTY)],
    ),
    "random_rotation": (
        "RandomRotation: turned by up to 29 degrees",
        [augmentation.RandomRotation(0.08, **EMPTY)],
    ),
    "random_zoom": (
        "RandomZoom: from 43% larger to 23% smaller",
        [augmentation.RandomZoom(0.3, **EMPTY)],
    ),
    "random_flip": ("RandomFlip: mirrored with probability 1/2", [augmentation.RandomFlip("horizontal")]),
    "random_crop": ("RandomCrop: 24x24 of the 32x32 pixels", [augmentation.RandomCrop(24, 24)]),
    "random_contrast": (
        "RandomContrast: 0.2 to 1.8 times the contrast",
        [augmentation.RandomContrast(0.8, **UNIT)],
    ),
    "random_brightness": (
        "RandomBrightness: up to half of the range added or taken away",
        [augmentation.RandomBrightness(0.5, **UNIT)],
    ),
    "random_erasing": (
        "RandomErasing: a rectangle of noise, in 70% of the images",
        [augmentation.RandomErasing(0.7, (0.05, 0.3), **UNIT)],
    ),
    "cutout": (
        "Cutout: a grey square in each",
        [augmentation.Cutout(1.0, (0.15, 0.15), fill_value=0.5, **UNIT)],
    ),
    "random_elastic": (
        "RandomElasticTransform: moved smoothly, by 1.6 pixels in each direction (root mean square)",
        [augmentation.RandomElasticTransform(scale=(1, 1), **EMPTY, **UNIT)],
    ),
    "gaussian_noise": (
        "GaussianNoise: noise of standard deviation 0.2 on each pixel",
        [GaussianNoise(0.2)],
    ),
    "in_a_row": (
        "Turned by up to 18 degrees, then 18% larger to 13% smaller, then bent by up to 1.6 pixels",
        [
            augmentation.RandomRotation(0.05, **EMPTY),
            augmentation.RandomZoom(0.15, **EMPTY),
            augmentation.RandomElasticTransform(**EMPTY, **UNIT),
        ],
    ),
}
TABLES = {
    "feature_noise": (
        "FeatureNoise: noise of standard deviation 0.15 on 64 features",
        [augmentation.FeatureNoise(0.15)],
    ),
    "feature_swap": (
        "FeatureSwap: 15% of 64 features from other rows",
        [augmentation.FeatureSwap(0.15)],
    ),
}
MIXINGS = {
    "mixup": ("MixUp(1.0): two digits, weighted by the shares of their classes", MixUp(1.0)),
    "cutmix": ("CutMix(1.0): a rectangle of another digit; shares by area", CutMix(1.0)),
}


def changed(parts: list[Layer], rows: np.ndarray) -> np.ndarray:
    """What each epoch makes of the rows: (epochs, rows, ...)."""
    x = jnp.asarray(np.tile(rows, (EPOCHS, *(1 for _ in rows.shape[1:]))))
    for index, part in enumerate(parts):
        x, _ = part.apply({}, {}, x, key=jax.random.key(SEED + index), training=True)
    return np.asarray(x).reshape(EPOCHS, len(rows), *x.shape[1:])


def draw(path: pathlib.Path, title: str, first: np.ndarray, later: np.ndarray, notes: Notes = ()) -> None:
    """One picture: the digits as they are, below them each epoch's, with a note under each of these."""
    step = 1.5 if notes else 1.1
    figure, axis = plt.subplots(figsize=(7.6, 0.45 + 0.63 * step * (EPOCHS + 1)), layout="constrained")
    axis.set_title(title, fontsize=10)
    for line, images in enumerate([first, *later]):
        for column, image in enumerate(images):
            # Pictures of any size, such as parts of others, are drawn one wide and high.
            place = (1.1 * column, 1.1 * column + 1, step * line + 1, step * line)
            axis.imshow(image, cmap="gray_r", vmin=0, vmax=1, extent=place, interpolation="nearest")
            axis.add_patch(plt.Rectangle((place[0], place[3]), 1, 1, fill=False, lw=0.5, ec="0.7"))
            if line and notes:
                axis.text(place[0] + 0.5, place[2] + 0.04, notes[line - 1][column], **SMALL, ha="center")
    labels = ["as it is", *(f"epoch {epoch + 1}" for epoch in range(EPOCHS))]
    axis.set_yticks([step * line + 0.5 for line in range(EPOCHS + 1)], labels, fontsize=8)
    axis.set(xlim=(-0.03, 1.1 * SHOWN - 0.07), ylim=(step * EPOCHS + step - 0.05, -0.03), xticks=[])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def mixed(mixing: Mixing, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, Notes]:
    """What each epoch makes of the rows, and the two classes of each with their shares."""
    later, notes = [], []
    for epoch in range(EPOCHS):
        x, partner, share = mixing.mix(jax.random.key(SEED + epoch), jnp.asarray(images))
        own = np.rint(100 * np.asarray(share)).astype(int)
        pairs = zip(own, labels, labels[np.asarray(partner)], strict=True)
        later.append(x)
        notes.append([f"{part}% {one}\n{100 - part}% {other}" for part, one, other in pairs])
    return np.asarray(later), notes


def draw_targets(path: pathlib.Path, labels: np.ndarray) -> None:
    """What label smoothing makes of targets: one row a digit, one column a class."""
    figure, axes = plt.subplots(1, 3, figsize=(7.6, 3.1), layout="constrained", sharey=True)
    for axis, smoothing in zip(axes, (0.0, 0.1, 0.3), strict=True):
        targets = np.eye(10)[labels] * (1 - smoothing) + smoothing / 10
        image = axis.imshow(targets, cmap="gray_r", vmin=0, vmax=1)
        axis.set_title(
            f"label_smoothing={smoothing:g}\n{targets.max():.2f} for the class, {targets.min():.2f} for others",
            fontsize=8,
        )
        axis.set_xlabel("class")
        axis.set_xticks(range(0, 10, 3))
    axes[0].set_ylabel("digit")
    axes[0].set_yticks(range(len(labels)), labels, fontsize=7)
    figure.colorbar(image, ax=axes, label="target (probability)", shrink=0.85)
    figure.suptitle("Smoothed targets leave each other class the same small share", fontsize=10)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main(folder: str | pathlib.Path = "figures", quick: bool = False) -> None:
    """Draws every picture into a folder; there is nothing to shorten."""
    del quick
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    scans, labels = load_digits(return_X_y=True)
    small = (scans[:SHOWN].reshape(-1, 8, 8) / 16).astype(np.float32)
    large = np.asarray(jax.image.resize(small, (SHOWN, 32, 32), "cubic").clip(0, 1))
    for name, (title, parts) in IMAGES.items():
        draw(folder / f"{name}.png", title, large, changed(parts, large))
    for name, (title, parts) in TABLES.items():
        later = changed(parts, small.reshape(-1, 64))
        draw(folder / f"{name}.png", title, small, later.reshape(EPOCHS, -1, 8, 8))
    for name, (title, mixing) in MIXINGS.items():
        draw(folder / f"{name}.png", title, large, *mixed(mixing, large, labels[:SHOWN]))
    draw_targets(folder / "label_smoothing.png", labels[:SHOWN])


if __name__ == "__main__":
    main(*[word for word in sys.argv[1:] if word != "--quick"], quick="--quick" in sys.argv)
