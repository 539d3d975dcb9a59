"""`fallline run`: what stands after the script is the script's."""

import subprocess
import sys

import pytest

from fallline.cli.main import main


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "program.py"
    path.write_text("import sys\nprint(sys.argv[1:])\nsys.exit(len(sys.argv) - 1)\n")
    return path


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h", "--check", "x"], ["--", "-q"]])
def test_what_follows_is_the_scripts_own(script, arguments, capsys):
    assert main(["run", str(script), *arguments]) == len(arguments)
    assert capsys.readouterr() == (f"{arguments}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'SCRIPT'"),
        (["none.py"], 'error: there is no file "none.py"'),
        (["--graph", "x.pdf", "none.py"], "a picture ends in .svg or .png"),
        (["--figure", "x", "none.py"], "Did you mean '--figures'?"),
    ],
)
def test_bad_usage(arguments, message, capsys):
    assert main(["run", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_python_2_is_bad_input(tmp_path, capsys):
    path = tmp_path / "old.py"
    path.write_text("x = 1\nprint x\n")
    assert main(["run", str(path)]) == 2
    assert "line 2: this is Python 2 (print without brackets)" in capsys.readouterr().err


def test_a_whole_process_loads_nothing_needless(tmp_path):
    path = tmp_path / "empty.py"
    path.write_text(
        "import sys\nprint(sorted({'jax', 'numpy', 'matplotlib', 'fallline.graph'} & set(sys.modules)), __name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "fallline", "run", "empty.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[] __main__\n", "")
