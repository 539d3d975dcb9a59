"""Writes recorded.json.gz: what Keras gives for the programs, of the same weights and rows in the same order.

python -m venv keras && keras/bin/pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0 keras==3.15.1 scikit-learn pandas matplotlib
keras/bin/python tests/end_to_end/old/keras/record.py            all
keras/bin/python tests/end_to_end/old/keras/record.py NAME ...   these; the others stay

Programs of 2024 run with Keras 3 on TensorFlow, the others with Keras 2 (tf_keras). Names and arguments of before Keras 2.3
are given their later spelling (stand_ins.py): that is the modern twin of a program that no Keras runs as it stands.
"""

from __future__ import annotations

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

os.environ |= {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_USE_LEGACY_KERAS": "1",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "agg",
}
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import data
import keras
import numpy as np
import stand_ins
import tensorflow
import tf_keras
from watch import Watch

FILE = HERE / "recorded.json.gz"
SEED = 7
UNTIL_2_3 = {
    *(
        "y2015_digits_show_accuracy",
        "y2016_autoencoder",
        "y2016_digits_mlp",
        "y2016_pima_first_network",
        "y2016_xor",
    ),
    *("y2016_reuters_bags", "y2017_notebook_picture", "y2018_boston_folds", "y2018_many_callbacks"),
    *("y2018_notebook_board", "y2018_notebook_leavers", "y2018_save_and_go_on"),
}
"""Programs whose own text tells that they are of Keras's own package, up to 2.3: there some numbers were others."""


def text_of(path: Path) -> str:
    """A program's Python."""
    text = re.sub(r"\bModel\(input=(\w+), output=", r"Model(inputs=\1, outputs=", path.read_text())
    if path.suffix != ".ipynb":
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = [line for cell in cells for line in cell.splitlines()]
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def run(path: Path, folder: Path) -> None:
    """In a process of its own: runs the program, and leaves what was seen in the folder."""
    os.environ |= {"HOME": str(folder), "KERAS_HOME": str(folder / ".keras")}
    old = not path.stem.startswith("y2024")
    keras = stand_ins.put_in_place(old, path.stem in UNTIL_2_3)
    os.chdir(folder)
    sys.argv = [path.name]
    np.random.seed(SEED)
    random.seed(SEED)
    watch = Watch(
        lambda model, x: model.built or model(x[:1]), lambda model, weights: model.set_weights(weights)
    )
    for name in ("Dropout", "AlphaDropout", "GaussianNoise"):
        getattr(keras.layers, name).call = lambda self, inputs, training=None: inputs
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    with watch.on([keras.Model, keras.Sequential], {}):
        exec(compile(text_of(path), str(path), "exec"), main.__dict__)
    (folder / "seen.json").write_text(json.dumps(watch.seen))


def record(path: Path) -> list:
    """What a program's models give."""
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        data.write(folder)
        child = os.fork()
        if child == 0:
            with (folder / "printed").open("w") as out, contextlib.redirect_stdout(out):
                try:
                    run(path, folder)
                except BaseException:
                    traceback.print_exc()
            os._exit(0)
        os.waitpid(child, 0)
        return json.loads((folder / "seen.json").read_text())


if __name__ == "__main__":
    found = json.loads(gzip.decompress(FILE.read_bytes())) if FILE.exists() else {}
    programs = {
        path.stem: path for path in sorted((HERE / "programs").iterdir()) if path.suffix in (".py", ".ipynb")
    }
    for name in sys.argv[1:] or programs:
        start = time.perf_counter()
        try:
            found[name] = record(programs[name])
        except OSError:
            print(name, "FAILED", file=sys.stderr)
            continue
        print(f"{name} {time.perf_counter() - start:.1f} s, {len(found[name])} calls", file=sys.stderr)
    found = {name: found[name] for name in sorted(found) if name in programs}
    FILE.write_bytes(gzip.compress(json.dumps(found).encode(), mtime=0))
