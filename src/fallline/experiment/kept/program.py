"""The compiled prediction of a network, kept in the user's cache folder: scoring a few rows then loads no layers and compiles nothing.

What is kept is what the engine compiled, beside JAX's own cache and trusted as that is: it holds machine code, so it is
never part of a model's file. It is found by what decides its content: the network as its file describes it, this
package's files, JAX, the processor and the environment. Whatever does not fit is no error: the network is read and
compiled as ever.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Shaped

import fallline
from fallline._files import cache_folder, processors, written_whole
from fallline.experiment.kept.saved_file import SavedFile
from fallline.wire.sealed import check_seal, write_sealed

if TYPE_CHECKING:
    from fallline.models import Model

MOST_ROWS = 4096
"""The engine's rows at once: more have several batches."""

_FOLDER = "predictions"
_PROGRAM = "program"
_INPUTS = "inputs"


def keep_prediction(model: Model, file: SavedFile, x: Shaped[np.ndarray, "rows ..."]) -> None:
    """Keeps the program that predicts rows like these, which was compiled for them.

    Args:
        model: The network.
        file: Its file.
        x: Rows that it predicted.
    """
    import jax

    folder = cache_folder()
    if folder is None or len(x) > MOST_ROWS or jax.default_backend() != "cpu":
        return
    place = _place(folder, file, x, _filled(len(x)))
    if place.is_file():
        return
    try:
        arguments, executable = _taken_apart(model, x, place.stem)
        arrays = {f"{place}": value for place, value in enumerate(arguments) if not isinstance(value, str)}
        names = [value if isinstance(value, str) else None for value in arguments]
        content = executable.client.serialize_executable(executable)
        arrays[_PROGRAM] = np.frombuffer(content, np.uint8)
        (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
        with written_whole(place) as target:
            write_sealed(target, arrays, {"arguments": json.dumps(names)})
    except Exception:  # JAX promises none of this: what cannot be kept costs time the next time, nothing else
        return


def kept_outputs(
    file: SavedFile, x: Shaped[np.ndarray, "rows ..."]
) -> Shaped[np.ndarray, "rows units"] | None:
    """What the network gives for a few rows, by the program that was kept; None where none was.

    Few rows are filled up for a program of more rows, which sums in another order than one compiled for so few: the last
    digits of float32 differ from those of `Model.predict`.

    Args:
        file: The network's file.
        x: Inputs as the preprocessing gives them.
    """
    folder = cache_folder()
    if folder is None or not 0 < len(x) <= MOST_ROWS:
        return None
    rows = _filled(len(x))
    while rows <= MOST_ROWS:
        if (place := _place(folder, file, x, rows)).is_file():
            try:
                return _run(place, file.path, x, rows)
            except Exception:  # as above: of another JAX, damaged, or taken away just now
                return None
        rows *= 2
    return None


def _run(
    place: Path, path: Path, x: Shaped[np.ndarray, "rows ..."], rows: int
) -> Shaped[np.ndarray, "rows units"]:
    import jax
    from jaxlib import _jax
    from safetensors import safe_open

    check_seal(place)
    with safe_open(place, framework="numpy") as kept:
        names = json.loads(kept.metadata()["arguments"])
        program = kept.get_tensor(_PROGRAM).tobytes()
        values = {k: kept.get_tensor(str(k)) for k, name in enumerate(names) if name is None}
    filled = x[np.minimum(np.arange(rows), len(x) - 1)]
    with safe_open(path, framework="numpy") as weights:
        given = [
            values[k] if name is None else filled if name == _INPUTS else weights.get_tensor(name)
            for k, name in enumerate(names)
        ]
    device = jax.devices("cpu")[0]
    executable = device.client.deserialize_executable(program, _jax.DeviceList((device,)), None)
    results = executable.execute_sharded([jax.device_put(value, device) for value in given])
    [[outputs]] = results.disassemble_into_single_device_arrays()
    return np.asarray(outputs)[: len(x)]


def _taken_apart(model: Model, x: Shaped[np.ndarray, "rows ..."], name: str) -> tuple[list[Any], Any]:
    """The arguments of the compiled prediction, arrays of the file and the inputs by name; and its code."""
    from fallline.engine.scoring import prediction_program
    from fallline.models.trainable import Trainable
    from fallline.models.weights import named_arrays

    # Of the network as it is saved: an ensemble predicts by another program, whose arrays are none of the file's.
    prepared, variables = Trainable._to_predict(model), model._flat_variables()
    filled = x[np.minimum(np.arange(_filled(len(x))), len(x) - 1)]
    leaves, compiled = prediction_program(prepared, variables, filled)
    if compiled.disk_hit:
        # What JAX read from its own cache cannot be written once more: its functions are not found again.
        leaves, compiled = prediction_program(prepared, variables, filled, name)
    named = named_arrays(model._layer_arrays(), model._weight_order)
    names = {id(array): name for name, array in named.items()} | {id(filled): _INPUTS}
    code: Any = compiled.executable
    taken = code._executable._kept_var_idx
    arguments = [names.get(id(leaf)) or np.asarray(leaf) for k, leaf in enumerate(leaves) if k in taken]
    return arguments, code.runtime_executable()


def _place(folder: Path, file: SavedFile, x: Shaped[np.ndarray, "rows ..."], rows: int) -> Path:
    """Where the program for so many rows lies."""
    parts = (
        *(file.description[name] for name in ("format", "model", "precision", "compiled")),
        *(str(x.dtype), x.shape[1:], fallline.__version__, _package(), _jax_version()),
        *(platform.machine(), _processor(), processors()),
        sorted((k, value) for k, value in os.environ.items() if k.startswith(("JAX_", "XLA_"))),
    )
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return folder / _FOLDER / f"{digest[:40]}-{rows}.safetensors"


def _filled(rows: int) -> int:
    """Rows to which the engine fills up a batch: a power of two."""
    return 1 << max(0, rows - 1).bit_length()


def _package() -> list[Any]:
    """The files of this package, by size and time: a network that is computed otherwise has another program."""
    folders, found = [str(Path(fallline.__file__).parent)], []
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)  # this loop takes it, too
                elif entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
    return sorted(found)


def _jax_version() -> list[str]:
    from importlib.metadata import version

    return [version("jax"), version("jaxlib")]


def _processor() -> str:
    """What the processor can do, as Linux lists it; elsewhere its name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(line for line in lines if line.startswith(("model", "flags", "Features", "CPU")))
