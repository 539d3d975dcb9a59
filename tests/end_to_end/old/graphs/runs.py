"""What tests and record.py share: how a program is laid out in a folder, and what of its output counts."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import data

HERE = Path(__file__).parent
BESIDE = ("input_data", "mnist_inference", "tf_utils", "utils")
"""Modules that programs import from their own folder."""
PROGRAMS = {
    path.stem: path
    for path in sorted((HERE / "programs").iterdir())
    if path.suffix in (".py", ".ipynb") and path.stem not in BESIDE
}
SEED = 1234
"""Of every graph that sets none of its own: the programs as they are written mostly set none."""

TOLERANCE: dict[str, float] = {}
"""Of programs whose numbers grow apart from rounding; 3e-4 else."""

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\bnan\b|\binf\b")


def lay_out(name: str, folder: Path, made: Path) -> Path:
    """The program and its helper modules in a folder with the data."""
    for path in (HERE / "programs").iterdir():
        if path.stem in (name, *BESIDE):
            shutil.copy(path, folder / path.name)
    for path in made.iterdir():
        (folder / path.name).symlink_to(path)
    return folder / PROGRAMS[name].name


def make_data(folder: Path) -> Path:
    """The folder, filled."""
    data.write(folder)
    return folder


def parts(printed: str) -> tuple[str, list[tuple[float, float]]]:
    """What was printed: its text with a mark for each number, without spaces; the numbers, with their last digit's step."""
    printed = re.sub(r" at 0x[0-9a-f]+", "", printed)
    numbers = [(float(each), _step(each)) for each in NUMBER.findall(printed)]
    return re.sub(r"\s+", "", NUMBER.sub("#", printed)), numbers


def _step(number: str) -> float:
    digits, _, power = number.lower().partition("e")
    return 1.01 * 10.0 ** (int(power or 0) - len(digits.partition(".")[2])) if "." in digits else 0.0
