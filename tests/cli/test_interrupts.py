"""Ctrl-C outside the training: the process leaves at once, whatever it is loading."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from fallline.cli.main import main

SCRIPT = "import sys; from fallline.cli.main import main; print('go', flush=True); sys.exit(main())"


@pytest.mark.parametrize("delay", [0.3, 0.6, 1.2])
def test_ctrl_c_while_loading_leaves_with_130(delay, tmp_path):
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            SCRIPT,
            "train",
            "digits",
            "--quiet",
            "--epochs",
            "100000",
            "--patience",
            "100000",
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert len(errors.splitlines()) <= 3


def test_the_handler_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    assert main(["--version"]) == 0
    assert signal.getsignal(signal.SIGINT) is before
