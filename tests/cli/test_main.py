"""The program: help, names that are nearly right, exit codes, and readers that go away."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from fallline.cli.failures import describe, exit_code_of
from fallline.cli.main import COMMANDS, main
from fallline.errors import DataError

PROGRAM = [sys.executable, "-m", "fallline"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_has_examples(command, capsys):
    assert main([*command, "--help"]) == 0
    shown = capsys.readouterr()
    assert "Examples:" in shown.out
    assert shown.err == ""


def test_help_of_every_command_loads_neither_jax_nor_tables():
    code = (
        "import sys; from fallline.cli.main import main\n"
        f"for name in {[*COMMANDS]!r}: main([name, '--help'])\n"
        "print(sorted({'jax', 'polars', 'numpy', 'sklearn', 'matplotlib', 'rich'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_no_command_shows_the_help(capsys):
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], 'error: no command "trian". Did you mean "train"?'),
        (["train", "iris", "--epoch", "3"], "Did you mean '--epochs'?"),
        (["train", "iris", "--learing-rate", "3"], "Did you mean '--learning-rate'?"),
        (["train"], "error: DATA is missing"),
        (["train", "iris", "--epochs", "many"], "Invalid value for '--epochs'"),
        (["train", "iris", "--layers", "64,x"], '"64,x" is no list of layer sizes'),
        (["train", "iris", "--layers", "64,-1"], "is no list of layer sizes"),
        (["train", "iris", "--delimiter", "ab"], '"ab" is not one character'),
        (["predict", "run"], "Missing argument 'DATA'"),
        (["info"], "Missing argument 'RUN_OR_MODEL'"),
    ],
)
def test_bad_usage(arguments, message, capsys):
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert 1 <= len(shown.err.splitlines()) <= 3


@pytest.mark.parametrize(
    ("error", "code", "begins"),
    [
        (DataError("bad rows."), 2, "error: bad rows."),
        (click.UsageError("wrong"), 2, "error: wrong"),
        (
            OSError(errno.ENOSPC, "No space left on device", "x.csv"),
            2,
            'error: cannot write "x.csv": the disk is full.',
        ),
        (PermissionError(errno.EACCES, "Permission denied", "x.csv"), 2, 'error: no permission for "x.csv".'),
        (FileNotFoundError(errno.ENOENT, "No such file", "x.csv"), 2, 'error: there is no "x.csv".'),
        (
            IsADirectoryError(errno.EISDIR, "Is a directory", "x"),
            2,
            'error: "x" is a folder; a file is needed.',
        ),
        (MemoryError(), 2, "error: not enough memory"),
        (KeyboardInterrupt(), 130, "interrupted."),
        (click.Abort(), 130, "interrupted."),
        (KeyError("boom"), 1, "error: a mistake in fallline itself: KeyError: 'boom'"),
    ],
)
def test_every_failure_has_a_message_and_a_code(error, code, begins):
    assert exit_code_of(error) == code
    assert describe(error).startswith(begins)


def test_a_long_message_is_cut_to_three_lines():
    shown = describe(DataError("\n\n".join("x" * 5000 for _ in range(9))))
    assert len(shown.splitlines()) == 3
    assert max(map(len, shown.splitlines())) <= 620


def test_debug_shows_where_it_happened(monkeypatch):
    monkeypatch.setenv("FALLLINE_DEBUG", "1")
    with pytest.raises(DataError, match="no bundled data set"):
        main(["train", "no_such_set"])


def test_a_mistake_of_our_own_is_no_traceback(monkeypatch, capsys):
    def broken(*_, **__):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("fallline.experiment.run.run_experiment", broken)
    assert main(["train", "iris"]) == 1
    shown = capsys.readouterr().err
    assert "ZeroDivisionError: oops" in shown
    assert "FALLLINE_DEBUG=1" in shown
    assert "Traceback" not in shown


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_ctrl_c_ends_with_130_and_a_whole_run(tmp_path):
    options = ["--epochs", "1000000", "--patience", "1000000", "--out", "out", "--json"]
    process = subprocess.Popen(
        [*PROGRAM, "train", "iris", *options],
        cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    while "loss" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=500)  # an hour, were it not felt
    assert process.returncode == 130
    assert '"outcome": "interrupted"' in out
    assert "Traceback" not in err
    assert {"model.fallline", "history.json", "summary.md"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_ends_nothing_badly(closed, tmp_path):
    command = f"'{sys.executable}' -m fallline train iris --epochs 2 --out run {closed}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment(), check=False)
    assert done.returncode == 0
    assert (tmp_path / "run" / "summary.md").is_file()


def test_a_terminal_without_unicode_gets_plain_signs(tmp_path):
    done = subprocess.run(
        [*PROGRAM, "train", "diabetes", "--epochs", "2", "--out", "run"],
        cwd=tmp_path, env=environment() | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True,
    )  # fmt: skip
    assert "R2" in done.stdout.decode("ascii")
    assert b"\\u" not in done.stdout


def test_a_reader_that_goes_away_ends_nothing_badly(tmp_path):
    assert main(["train", "iris", "--epochs", "2", "--quiet", "--out", str(tmp_path / "run")]) == 0
    # Far more than a pipe holds, to a reader that takes one line.
    Path(tmp_path / "many.csv").write_text(
        "sepal_length,sepal_width,petal_length,petal_width\n" + "5,3,4,1\n" * 20_000
    )
    command = f"'{sys.executable}' -m fallline predict run many.csv | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("prediction,probability_")
    assert done.stderr == ""
