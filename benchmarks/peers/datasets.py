"""The rows of a case: Fashion-MNIST where it is at hand, else made up from a seed.

Made-up rows have few degrees of freedom behind many features: z ~ N(0, I) in `LATENT` dimensions,
x = z A + noise, and a random teacher network draws the label from softmax(teacher(z)). The loss falls
from the first epoch, and the teacher's own noise keeps it from reaching zero.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from peers.cases import Case

LATENT = 10
FASHION_MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "fashion-mnist"

Rows = tuple[NDArray[np.float32], NDArray[np.int32]]
StoredRows = tuple[NDArray[np.float32] | NDArray[np.uint8], NDArray[np.int32]]


def write(case: Case, folder: Path) -> str:
    """Put the rows of a case into `folder` as `x.npy` and `y.npy`; return where they come from."""
    at_hand = case.images and (FASHION_MNIST / "train-images-idx3-ubyte.gz").exists()
    x, y = _fashion_mnist(case.rows) if at_hand else _teacher(case)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    return "Fashion-MNIST" if at_hand else "made up"


def read(folder: Path) -> Rows:
    """What `write` left, images scaled to 0..1: features in float32, classes in int32."""
    x = np.load(folder / "x.npy")
    if x.dtype == np.uint8:
        x = x.astype(np.float32) / np.float32(255)
    return x, np.load(folder / "y.npy")


def _teacher(case: Case, seed: int = 0) -> StoredRows:
    random = np.random.default_rng(seed)
    latent = random.normal(size=(case.rows, LATENT))
    hidden = np.tanh(latent @ random.normal(size=(LATENT, 32)) / np.sqrt(LATENT))
    logits = 4 * hidden @ random.normal(size=(32, case.classes)) / np.sqrt(32)
    # Gumbel's trick: the largest of logits plus Gumbel noise is a draw from the softmax.
    classes = np.argmax(2 * logits + random.gumbel(size=logits.shape), axis=1).astype(np.int32)
    mixing = random.normal(size=(LATENT, case.features)) / np.sqrt(LATENT)
    features = latent @ mixing + 0.3 * random.normal(size=(case.rows, case.features))
    if case.images:
        return np.clip(40 * features + 72, 0, 255).astype(np.uint8), classes
    return features.astype(np.float32), classes


def _fashion_mnist(rows: int) -> StoredRows:
    # IDX: a header of 4 bytes and 4 more for each axis, then the bytes themselves.
    images = gzip.decompress((FASHION_MNIST / "train-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((FASHION_MNIST / "train-labels-idx1-ubyte.gz").read_bytes())[8:]
    x = np.frombuffer(images, np.uint8).reshape(-1, 784)
    return x[:rows], np.frombuffer(labels, np.uint8)[:rows].astype(np.int32)
