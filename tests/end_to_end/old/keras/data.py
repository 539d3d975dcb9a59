"""Small data for the programs: Keras's files in a home of its own, and tables beside the programs."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import numpy as np


def write(folder: Path) -> None:
    """Puts Keras's files into `.keras` of a folder, and the tables into the folder itself."""
    random = np.random.RandomState(0)
    kept = folder / ".keras" / "datasets"
    (kept / "fashion-mnist").mkdir(parents=True)
    np.savez(kept / "mnist.npz", **_images(random))
    for key, name in _IDX.items():
        (kept / "fashion-mnist" / f"{name}-ubyte.gz").write_bytes(
            gzip.compress(_idx(_images(random)[key]), 1)
        )
    _texts(random, kept)
    prices = random.uniform(0, 10, (160, 13))
    np.savez(kept / "boston_housing.npz", x=prices, y=prices[:, 5] * 3 - prices[:, 12] + 20)
    prices = random.uniform(0, 10, (200, 8)).astype("float32")
    np.savez(kept / "california_housing.npz", x=prices, y=(prices[:, 0] * 2e4 + 1e5).astype("float32"))
    _tables(random, folder)


_IDX = {
    "x_train": "train-images-idx3",
    "y_train": "train-labels-idx1",
    "x_test": "t10k-images-idx3",
    "y_test": "t10k-labels-idx1",
}


def _images(random):
    """Ten blurred patterns, with noise; labels of 0 to 9."""
    patterns = random.uniform(0, 200, (10, 7, 7)).repeat(4, 1).repeat(4, 2)
    found = {}
    for part, rows in (("train", 300), ("test", 80)):
        labels = random.permutation(np.arange(rows) % 10).astype("uint8")
        noisy = patterns[labels] + random.normal(0, 25, (rows, 28, 28))
        found[f"x_{part}"], found[f"y_{part}"] = np.clip(noisy, 0, 255).astype("uint8"), labels
    return found


def _idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def _words(random, label, classes):
    """Numbers of words, of which some are of the label's own."""
    own = 20 + label * 5 + random.randint(0, 5, 12)
    return [int(each) for each in random.permutation([*own, *random.randint(1, 20 + classes * 5, 20)])]


def _lists(random, labels, classes):
    made = np.empty(len(labels), object)
    for number, label in enumerate(labels):
        made[number] = _words(random, label, classes)[: random.randint(20, 33)]
    return made


def _texts(random, kept):
    labels = [random.randint(0, 2, 120), random.randint(0, 2, 60)]
    np.savez(
        kept / "imdb.npz",
        x_train=_lists(random, labels[0], 2),
        y_train=labels[0],
        x_test=_lists(random, labels[1], 2),
        y_test=labels[1],
    )
    topics = random.permutation(np.arange(230) % 46)
    np.savez(kept / "reuters.npz", x=_lists(random, topics, 46), y=topics)
    for name in ("imdb", "reuters"):
        (kept / f"{name}_word_index.json").write_text(json.dumps({f"w{n}": n for n in range(1, 300)}))


def _tables(random, folder):
    pima = random.randint(0, 100, (120, 8))
    sick = (pima[:, 1] + pima[:, 5] + random.randint(-20, 20, 120) > 100).astype(int)
    rows = [",".join(map(str, [*row, label])) for row, label in zip(pima, sick)]
    (folder / "pima-indians-diabetes.csv").write_text("\n".join(rows) + "\n")
    names = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
    kinds = random.permutation(np.arange(90) % 3)
    petals = np.round(random.normal(0, 0.3, (90, 4)) + kinds[:, None] + 3, 1)
    rows = [",".join([*map(str, row), names[kind]]) for row, kind in zip(petals, kinds)]
    (folder / "iris.csv").write_text("\n".join(rows) + "\n")
    houses = np.round(random.uniform(0, 10, (100, 13)), 3)
    rows = ["  ".join(map(str, [*row, round(20 + row[5] * 2 - row[12], 2)])) for row in houses]
    (folder / "housing.data").write_text("\n".join(rows) + "\n")
    sonar = np.round(random.uniform(0, 1, (90, 10)), 4)
    rows = [",".join([*map(str, row), "R" if row[:5].sum() > row[5:].sum() else "M"]) for row in sonar]
    (folder / "sonar.csv").write_text("\n".join(rows) + "\n")
    cars = ["MPG,Cylinders,Displacement,Horsepower,Weight,Origin"]
    for _ in range(110):
        cylinders, weight = random.choice([4, 6, 8]), random.randint(1600, 5000)
        power = "" if random.rand() < 0.05 else cylinders * 18 + random.randint(0, 30)
        mpg = round(46 - weight / 150 - cylinders / 2 + random.normal(), 1)
        cars.append(f"{mpg},{cylinders},{cylinders * 40},{power},{weight},{random.randint(1, 4)}")
    (folder / "cars.csv").write_text("\n".join(cars) + "\n")
    bank = ["RowNumber,Surname,Score,Land,Gender,Age,Balance,Exited"]
    for number in range(120):
        age, balance = random.randint(18, 80), round(random.uniform(0, 1e5), 2)
        land, gender = random.choice(["France", "Spain", "Germany"]), random.choice(["Female", "Male"])
        left = int(age + random.normal(0, 8) > 50)
        bank.append(
            f"{number + 1},Name{number},{random.randint(350, 850)},{land},{gender},{age},{balance},{left}"
        )
    (folder / "bank.csv").write_text("\n".join(bank) + "\n")
