"""The package as a whole: what importing costs, which names it has, and under what the tests run."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jax
import numpy as np
import pytest

import fallline as fl

ROOT = Path(__file__).parents[1]
HEAVY = {
    "jax",
    "jaxlib",
    "matplotlib",
    "narwhals",
    "numpy",
    "optax",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sklearn",
}


def run_python(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A Python of its own, with this tree's package and a terminal of fixed width; it must succeed."""
    environment = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=cwd, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def imported(*arguments: str) -> set[str]:
    """The top-level modules that a Python of its own imports."""
    lines = run_python("-X", "importtime", *arguments).stderr.splitlines()
    names = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    return {name.partition(".")[0] for name in names}


def lazy_imports() -> dict[str, str]:
    """name -> module, as the `if TYPE_CHECKING` block of fallline/__init__.py tells type checkers."""
    tree = ast.parse((ROOT / "src" / "fallline" / "__init__.py").read_text())
    [block] = [
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {alias.name: node.module for node in block.body for alias in node.names}


def test_import_loads_nothing_heavy():
    names = imported("-c", "import fallline")
    assert "fallline" in names
    assert not names & HEAVY


def test_no_public_name_loads_plots_or_data_frames():
    # What reads tables does.
    known = "set(fl.__all__) - {'Run', 'load_run'}"
    names = imported("-c", f"import fallline as fl; [getattr(fl, name) for name in {known}]")
    assert "jax" in names
    assert not names & {"matplotlib", "optax", "pandas", "polars", "pyarrow", "sklearn"}


@pytest.mark.parametrize(
    "first_use",
    [
        "import fallline as fl; fl.Sequential",
        "import fallline as fl; fl.layers",
        "import fallline.graph as tf; tf.placeholder(tf.float32, [None, 3])",
        "import fallline.graph as tf; tf.layers",
    ],
)
def test_first_use_leaves_the_numbers_that_numpy_draws(first_use):
    # JAX draws five of them when it is imported.
    drawn = run_python(
        "-c",
        "import numpy as np; np.random.seed(1)\n"
        f"{first_use}\n"
        "import sys; assert 'jax' in sys.modules; print(np.random.rand())",
    )
    assert float(drawn.stdout) == np.random.RandomState(1).rand()


def test_the_network_predicts_without_scikit_learn():
    names = imported("-c", "import fallline.experiment.prediction")
    assert "polars" in names
    assert not names & {"sklearn", "skops"}


def test_help_answers_without_jax():
    names = imported("-m", "fallline", "--help")
    assert "fallline" in names
    assert not names & HEAVY


def test_module_and_console_script_are_the_same():
    script = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]["fallline"]
    module, _, function = script.partition(":")
    # What pip writes into bin/fallline.
    start = (
        f"import sys; from {module} import {function}; sys.argv[0] = '/bin/fallline'; sys.exit({function}())"
    )
    for arguments in (["--help"], ["--version"], ["train", "--help"]):
        assert run_python("-c", start, *arguments).stdout == run_python("-m", "fallline", *arguments).stdout
    assert fl.__version__ in run_python("-m", "fallline", "--version").stdout


def test_public_names_are_sorted():
    assert fl.__all__ == sorted(set(fl.__all__))
    assert dir(fl) == fl.__all__


@pytest.mark.parametrize("name", fl.__all__)
def test_public_name_resolves(name):
    assert getattr(fl, name) is not None
    assert getattr(fl, name) is getattr(fl, name)


def test_type_checkers_see_the_same_names():
    seen = lazy_imports()
    assert sorted(seen) == [name for name in fl.__all__ if name != "__version__"]
    assert {name: home for name, home in seen.items() if home != "fallline"} == fl._HOMES


def test_the_readme_installs_from_a_clone_and_names_extras_that_there_are():
    commands = re.findall(r"^pip install (.*?)(?: +#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert commands == [".", "'.[gpu]'"]
    named = set(re.findall(r"\[([a-z]+)\](?=['`])", (ROOT / "README.md").read_text()))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert named == {"gpu", "databases", "optax"} <= extras.keys()


@pytest.mark.parametrize(
    ("wrong", "right"), [("Sequental", "Sequential"), ("callback", "callbacks"), ("optimisers", "optimizers")]
)
def test_unknown_name_suggests_the_near_one(wrong, right):
    with pytest.raises(AttributeError, match=re.escape(f'no attribute "{wrong}". Did you mean "{right}"?')):
        getattr(fl, wrong)


def test_version_comes_from_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/fallline/__init__.py"


def test_the_source_archive_holds_what_the_tests_read():
    include = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "sdist"
    ]
    kept = {
        "/src",
        "/tests",
        "/scripts",
        "/docs",
        "/examples",
        "/benchmarks",
        "/README.md",
        "/CHANGELOG.md",
        "/LICENSE",
    }
    assert set(include["include"]) == kept
    assert all((ROOT / name.removeprefix("/")).exists() for name in kept)


def test_tests_run_under_strict_promotion_on_two_devices():
    assert jax.config.jax_numpy_dtype_promotion == "strict"
    if jax.default_backend() == "cpu":
        assert len(jax.devices()) == 2
    with pytest.raises(Exception, match="strict"):
        jax.numpy.int32(1) + jax.numpy.float32(1)
