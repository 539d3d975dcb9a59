"""Made-up data for the programs: they find them in the folder that they run in."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

TRAIN, TEST = 5600, 200


def write(folder: Path) -> None:
    """The four idx files of MNIST_data, and tables beside."""
    digits(folder / "MNIST_data")
    iris(folder / "iris_training.csv", 90, 1)
    iris(folder / "iris_test.csv", 30, 2)
    wine(folder / "wine.csv")
    houses(folder / "houses.csv")
    passengers(folder / "passengers.csv")
    messages(folder / "messages.txt")
    np.savetxt(folder / "zoo.csv", zoo(), fmt="%d", delimiter=",")


def digits(folder: Path) -> None:
    """Noisy pictures of ten patterns."""
    folder.mkdir()
    random = np.random.RandomState(0)
    patterns = random.randint(0, 256, (10, 28, 28)) * (random.uniform(size=(10, 28, 28)) < 0.2)
    noise = random.randint(0, 256, (64, 28, 28)) * (random.uniform(size=(64, 28, 28)) < 0.1)
    for part, rows in (("train", TRAIN), ("t10k", TEST)):
        labels = random.randint(0, 10, rows).astype(np.uint8)
        images = np.maximum(patterns[labels], noise[random.randint(0, 64, rows)]).astype(np.uint8)
        _idx(folder / f"{part}-images-idx3-ubyte.gz", images)
        _idx(folder / f"{part}-labels-idx1-ubyte.gz", labels)


def _idx(path: Path, values: np.ndarray) -> None:
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes())


def iris(path: Path, rows: int, seed: int) -> None:
    """Flowers, as TensorFlow's tutorial has them: a first line of counts and names."""
    random = np.random.RandomState(seed)
    kinds = random.randint(0, 3, rows)
    centres = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.5, 2.0]])
    values = np.round(centres[kinds] + random.normal(0, 0.3, (rows, 4)), 1)
    lines = [f"{rows},4,setosa,versicolor,virginica"]
    lines += [
        ",".join([*(f"{value:.1f}" for value in row), str(kind)])
        for row, kind in zip(values, kinds, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n")


def wine(path: Path) -> None:
    """Three sorts of wine with thirteen measurements."""
    random = np.random.RandomState(5)
    kinds = random.randint(1, 4, 120)
    values = 5 + kinds[:, None] * np.linspace(-1, 1, 13) + random.normal(0, 1, (120, 13))
    names = "Class,Alcohol,Malic,Ash,Alcalinity,Magnesium,Phenols,Flavanoids,Nonflavanoids,Proanth,Color,Hue,OD,Proline"
    lines = [
        names,
        *(
            f"{kind}," + ",".join(f"{value:.2f}" for value in row)
            for kind, row in zip(kinds, values, strict=True)
        ),
    ]
    path.write_text("\n".join(lines) + "\n")


def houses(path: Path) -> None:
    """Prices with sizes, rooms and ages."""
    random = np.random.RandomState(6)
    size, rooms, age = random.uniform(40, 200, 80), random.randint(1, 7, 80), random.randint(0, 90, 80)
    price = 1.5 * size + 12 * rooms - 0.4 * age + random.normal(0, 9, 80)
    lines = ["size,rooms,age,price"]
    lines += [f"{a:.1f},{b},{c},{d:.2f}" for a, b, c, d in zip(size, rooms, age, price, strict=True)]
    path.write_text("\n".join(lines) + "\n")


def passengers(path: Path) -> None:
    """A ship's passengers with gaps."""
    random = np.random.RandomState(7)
    lines = ["PassengerId,Survived,Pclass,Sex,Age,SibSp,Fare,Embarked"]
    for number in range(1, 121):
        female, first = random.randint(0, 2), random.randint(1, 4)
        survived = int(random.uniform() < 0.2 + 0.5 * female + 0.1 * (3 - first))
        age = "" if random.uniform() < 0.2 else random.randint(1, 70)
        harbour = random.choice(["S", "C", "Q", ""], p=[0.6, 0.2, 0.18, 0.02])
        fare = round(10 + 30 * (3 - first) + random.uniform(0, 9), 2)
        lines.append(
            f"{number},{survived},{first},{'female' if female else 'male'},{age},{random.randint(0, 3)},{fare},{harbour}"
        )
    path.write_text("\n".join(lines) + "\n")


def messages(path: Path) -> None:
    """Short messages, wanted or not."""
    random = np.random.RandomState(8)
    words = {
        "spam": "win free cash prize call now offer urgent claim".split(),
        "ham": "see you at home later lunch ok tomorrow thanks".split(),
    }
    both = "the a to and for we is".split()
    lines = []
    for _ in range(80):
        kind = ("ham", "spam")[random.randint(0, 2)]
        lines.append(f"{kind}\t{' '.join(random.choice(words[kind] + both, random.randint(4, 9)))}")
    path.write_text("\n".join(lines) + "\n")


def zoo() -> np.ndarray:
    """Animals with sixteen marks, the last column their kind."""
    random = np.random.RandomState(9)
    kinds = random.randint(0, 7, 70)
    marks = random.randint(0, 2, (7, 16))
    flipped = random.uniform(size=(70, 16)) < 0.1
    return np.column_stack([marks[kinds] ^ flipped, kinds])
