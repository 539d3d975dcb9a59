"""Writes printed.json: what TensorFlow prints for the programs.

python -m venv tf && tf/bin/pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0
tf/bin/python tests/end_to_end/old/eager/record.py            all
tf/bin/python tests/end_to_end/old/eager/record.py NAME ...   these; the others stay
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PRINTED = HERE / "printed.json"
SETTINGS = {
    "TF_USE_LEGACY_KERAS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
}


def record(path: Path) -> str:
    """What a program prints."""
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run(
            [sys.executable, str(path)], cwd=folder, env=os.environ | SETTINGS, capture_output=True, text=True
        )
    if ended.returncode:
        raise SystemExit(ended.stderr[-2000:])
    return ended.stdout


if __name__ == "__main__":
    known = json.loads(PRINTED.read_text()) if PRINTED.exists() else {}
    for path in sorted((HERE / "programs").glob("*.py")):
        if not sys.argv[1:] or path.stem in sys.argv[1:]:
            print(path.stem)
            known[path.stem] = record(path)
            PRINTED.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
