"""Writes printed.json.gz: what TensorFlow prints for the programs.

python -m venv tf && tf/bin/pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0 scikit-learn pandas matplotlib h5py
tf/bin/python tests/end_to_end/old/graphs/record.py            all
tf/bin/python tests/end_to_end/old/graphs/record.py NAME ...   these; the others stay

Programs run as they are, with `tensorflow.compat.v1` in the place of `tensorflow` and stand_ins.py for what TensorFlow 2
no longer has. Graphs without a seed take runs.SEED, and so do NumPy's and Python's generators: here and in the tests.
"""

from __future__ import annotations

import ast
import contextlib
import gzip
import json
import os
import random
import re
import sys
import tempfile
import time
import traceback
import types
from pathlib import Path
from typing import Any

os.environ |= {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg"}
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import numpy as np
import runs
import stand_ins


def text_of(path: Path) -> str:
    """A script's Python, for compat.v1."""
    return _compat(path.read_text())


def _compat(text: str) -> str:
    return re.sub(
        r"^(\s*)import tensorflow as tf\b", r"\1import tensorflow.compat.v1 as tf", text, flags=re.MULTILINE
    )


def run_notebook(path: Path, names: dict[str, Any]) -> None:
    """Cell by cell; the value of a last line is printed, as Jupyter shows it."""
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).splitlines()
        text = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
        tree = ast.parse(_compat(text))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(path), "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), str(path), "eval"), names)
            if value is not None and not text.rstrip().endswith(";"):
                print(repr(value))


def record(name: str, made: Path) -> str:
    """What a program prints, in a process of its own."""
    with tempfile.TemporaryDirectory() as at:
        path = runs.lay_out(name, Path(at), made)
        for helper in Path(at).glob("*.py"):
            helper.write_text(text_of(helper))
        child = os.fork()
        if child == 0:
            with (Path(at) / "printed").open("w") as out, contextlib.redirect_stdout(out):
                _run(path)
            os._exit(0)
        os.waitpid(child, 0)
        printed = (Path(at) / "printed").read_text()
    if not printed.endswith("ended\n"):
        raise RuntimeError(printed[-300:])
    return printed.removesuffix("ended\n")


def _run(path: Path) -> None:
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    sys.argv = [path.name]
    np.random.seed(runs.SEED)
    random.seed(runs.SEED)
    main = types.ModuleType("__main__")
    main.__file__ = str(path)
    sys.modules["__main__"] = main
    try:
        if path.suffix == ".ipynb":
            run_notebook(path, main.__dict__)
        else:
            exec(compile(text_of(path), str(path), "exec"), main.__dict__)
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
        return
    print("ended")


if __name__ == "__main__":
    stand_ins.put_in_place(runs.SEED)
    file = HERE / "printed.json.gz"
    found = json.loads(gzip.decompress(file.read_bytes())) if file.exists() else {}
    with tempfile.TemporaryDirectory() as at:
        made = runs.make_data(Path(at))
        for name in sys.argv[1:] or runs.PROGRAMS:
            start = time.perf_counter()
            print(name, end=" ", file=sys.stderr, flush=True)
            try:
                found[name] = record(name, made)
            except RuntimeError as error:
                print("FAILED", type(error).__name__, str(error)[:300], file=sys.stderr)
                continue
            print(f"{time.perf_counter() - start:.1f} s", file=sys.stderr)
    found = {name: found[name] for name in sorted(found) if name in runs.PROGRAMS}
    file.write_bytes(gzip.compress(json.dumps(found, indent=0).encode(), mtime=0))
