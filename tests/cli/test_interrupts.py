"""Ctrl-C outside the training: the process leaves at once, whatever it is loading."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from fallline.cli.main import main

# Presses Ctrl-C where a module begins to load.
SCRIPT = """
import signal, sys
place = sys.argv.pop(1)
def press(event, arguments):
    global place
    if event == "import" and arguments[0] == place:
        place = None
        signal.raise_signal(signal.SIGINT)
sys.addaudithook(press)
from fallline.cli.main import main
code = main()
assert place is None, "it was never loaded"
sys.exit(code)
"""


@pytest.mark.parametrize("place", ["jax", "jaxlib._jax", "fallline.engine.run"])
def test_ctrl_c_while_loading_leaves_with_130(place, tmp_path):
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT, place, "train", "iris", "--quiet", "--epochs", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 130, process.stderr
    assert "Traceback" not in process.stderr
    assert len(process.stderr.splitlines()) <= 3


def test_the_handler_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    assert main(["--version"]) == 0
    assert signal.getsignal(signal.SIGINT) is before
