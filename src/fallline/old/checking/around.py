"""What a program asks for beside tensorflow and Keras: modules of others, and files that it reads."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from fallline.old.companions.absent import GONE, NOT_INSTALLED
from fallline.old.program import Program
from fallline.old.uses import Place, Text, Uses
from fallline.old.uses.records import ROOTS

INSTALLED_AS = {
    "sklearn": "scikit-learn", "cv2": "opencv-python", "PIL": "pillow", "yaml": "PyYAML", "skimage": "scikit-image",
    "bs4": "beautifulsoup4", "Image": "pillow",
}  # fmt: skip
"""Module -> the package that has it, where their names differ."""
STOOD_IN = {"google", "tensorboard", "tensorboardcolab", "builtins"} | {
    module.partition(".")[0] for module in (*NOT_INSTALLED, *GONE)
}
"""Modules of notebooks, which a run stands in for or forgives."""
READING = ("read_csv", "loadtxt", "genfromtxt", "read_table", "read_excel")
"""What reads a file of data by its first argument."""


def modules_not_there(program: Program, uses: Uses) -> Iterator[tuple[str, str, Place]]:
    """The modules that a program imports and that are neither installed nor beside it: name, what to do, line."""
    for each in uses.imports:
        root = each.module.split(".")[0]
        if root and not each.guarded and root not in ROOTS and not _there(root, program.path.parent):
            package = INSTALLED_AS.get(root, root)
            beside = "a file that belongs beside the script" if package == root else ""
            what = f"not installed. `pip install {package}`"
            yield root, f"{what}, or {beside}." if beside else f"{what}.", each.place


def _there(root: str, folder: Path) -> bool:
    if root in sys.stdlib_module_names or root in STOOD_IN or root in sys.modules:
        return True
    if (folder / f"{root}.py").is_file() or (folder / root).is_dir():
        return True
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False


def files_not_there(program: Program, uses: Uses) -> Iterator[tuple[str, str, Place]]:
    """The files of data that a program reads and that are not there: name, what to do, line."""
    written = {text.text for text in uses.texts if text.of not in READING}
    for text in uses.texts:
        if _reads(text) and text.text not in written and not _lies(text.text, program.path.parent):
            yield text.text, "the file is not there.", text.place


def _reads(text: Text) -> bool:
    return text.given_to == "0" and text.of in READING and "://" not in text.text and "." in text.text


def _lies(name: str, folder: Path) -> bool:
    try:
        return any((base / name).exists() for base in (Path.cwd(), folder))
    except (OSError, ValueError):
        return True
