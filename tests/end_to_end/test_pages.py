"""The Python in README.md and in every page under docs/ runs, block after block, as a reader would type it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
BOTH = "from-the-command-line-to-python.md"
"""The page whose Python goes on where its commands end."""
PROMISED = {
    BOTH,
    *(
        "README.md",
        "keras.md",
        "augmentation.md",
        "ensembles.md",
        "from-sessions-to-fit.md",
        "ground.md",
        "networks-for-tables.md",
        "populations.md",
        "searches.md",
        "remedies.md",
        "tables.md",
        "your-own.md",
    ),
}
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def program_of(page: str) -> str:
    """The blocks of a page as one program, each on the lines on which it stands in the page."""
    kept = [""] * page.count("\n")
    for block in BLOCK.finditer(page):
        first = page[: block.start(1)].count("\n")
        lines = block[1].splitlines()
        kept[first : first + len(lines)] = lines
    return "\n".join(kept)


def test_a_program_keeps_the_lines_of_its_page():
    page = "Text\n\n```python\na = 1\nb = a\n```\n\nMore, `a`\n\n```sh\nls\n```\n```python\nc = b\n```\n"
    assert program_of(page).splitlines() == ["", "", "", "a = 1", "b = a", *[""] * 8, "c = b"]


@pytest.mark.shipped
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if BLOCK.search(page.read_text("utf-8")) and page.name != BOTH],
    ids=lambda page: page.name,
)
def test_the_python_of_a_page_runs(page, tmp_path):
    if "import optuna" in page.read_text("utf-8"):
        pytest.importorskip("optuna")
    run_python(page, tmp_path)


def run_commands(page: Path, folder: Path) -> str:
    """Runs the commands of a page one after the other in a folder; what they print."""
    commands = "".join(COMMANDS.findall(page.read_text("utf-8")))
    (folder / "fallline").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fallline "$@"\n')
    (folder / "fallline").chmod(0o755)
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PATH": path, "MPLBACKEND": "Agg"}
    done = subprocess.run(
        ["sh", "-e", "-c", commands],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def run_python(page: Path, folder: Path) -> None:
    """Runs the Python of a page in a folder, as a reader would."""
    program = folder / "page.py"
    program.write_text(program_of(page.read_text("utf-8")), "utf-8")
    # A reader's JAX, not the stricter one of the tests.
    environment = {name: value for name, value in os.environ.items() if name != "JAX_NUMPY_DTYPE_PROMOTION"}
    environment |= {"PYTHONPATH": str(ROOT / "src"), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-W", "error", program],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, f"{page}: {done.stderr[-2000:]}"
    if page == ROOT / "README.md":  # its first example prints its best accuracy and saves what it trained
        best = re.search(r"^0\.\d+$", done.stdout, flags=re.MULTILINE)
        assert best
        assert float(best[0]) > 0.95  # 0.972 and more in each of eight runs
        assert (folder / "digits.fallline").is_file()


@pytest.mark.shipped
def test_the_page_from_the_command_line_to_python_runs(tmp_path):
    page = ROOT / "docs" / "guides" / BOTH
    assert "prediction,probability_in time,probability_late" in run_commands(page, tmp_path)
    run_python(page, tmp_path)


@pytest.mark.shipped
def test_the_commands_of_the_page_about_tables_run(tmp_path):
    said = " ".join(run_commands(ROOT / "docs" / "guides" / "tables.md", tmp_path).split())
    assert '"unknown"' in said
    assert "left out" in said
    assert "3 columns become 22 features" in said
    assert (
        (tmp_path / "returns.csv")
        .read_text("utf-8")
        .startswith("prediction,probability_no,probability_yes\n")
    )


@pytest.mark.shipped
def test_the_commands_of_the_page_about_runs_leave_the_figures_it_names(tmp_path):
    said = run_commands(ROOT / "docs" / "guides" / "reading-a-run.md", tmp_path)
    assert "What it leans on: " in said
    assert len(said.splitlines()[-1].split()) == 3
    named = set(
        re.findall(r"^## (\w+\.png)$", (ROOT / "docs/guides/reading-a-run.md").read_text("utf-8"), re.M)
    )
    assert {path.name for path in (tmp_path / "runs" / "tumours").glob("*.png")} == named - {"residuals.png"}


@pytest.mark.shipped
def test_the_commands_of_the_page_about_sweeps_run(tmp_path):
    said = " ".join(run_commands(ROOT / "docs" / "guides" / "sweeps.md", tmp_path).split())
    assert "A sweep over learning_rate, dropout: 5 candidates, 10 networks" in said
    assert "optimizers, by cross-entropy" in said
    assert "Out of fold: each of 240 rows" in said
    assert "An ensemble: 3 networks of different seeds" in said
    assert "prediction,probability_in time,probability_late" in said
    page = (ROOT / "docs" / "guides" / "sweeps.md").read_text("utf-8")
    for name in re.findall(r"`(\w+\.(?:png|csv|json))`", page):
        assert list((tmp_path / "runs").glob(f"*/{name}")) or name == "out_of_fold.csv"


@pytest.mark.shipped
def test_the_commands_of_the_page_about_old_programs_run(tmp_path):
    said = run_commands(ROOT / "docs" / "guides" / "old-programs.md", tmp_path)
    accuracies = re.findall(r"^validation accuracy: (0\.\d+)$", said, flags=re.MULTILINE)
    assert len(accuracies) == 2
    assert all(float(each) > 0.8 for each in accuracies)
    assert "digits.py: nothing is missing" in said
    assert "lstm.py:5: keras.layers.LSTM: Fallline is for feedforward networks." in said
    assert 'lstm.py:6: keras.layers.Dense(activaton=): Did you mean "activation"?' in said
    assert "exit code 1" in said
    old, new = re.findall(r"^W= (\S+) b= (\S+)$", said, flags=re.MULTILINE)
    assert [float(each) for each in new] == pytest.approx([float(each) for each in old], rel=1e-4)


def test_the_pages_that_show_python_are_run():
    assert {page.name for page in PAGES if BLOCK.search(page.read_text("utf-8"))} == PROMISED


def test_python_is_shown_in_no_other_way():
    # An indented block would be shown as code and run by nobody.
    for page in PAGES:
        text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        indented = re.findall(r"(?<=\n\n)    (?:model|fl|import|from|x)\b.*", text)
        assert not indented, f"{page}: {indented}"


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_links_to_headings_lead_to_one():
    def anchors(page):
        titles = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), flags=re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", title).strip().casefold().replace(" ", "-") for title in titles}

    for page in PAGES:
        for target, heading in re.findall(r"\]\(([^)#:]*)#([^)]*)\)", page.read_text("utf-8")):
            assert heading in anchors(page.parent / target if target else page), f"{page}: {target}#{heading}"


def test_every_figure_is_shown_in_a_page():
    shown = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+\.png)\)", page.read_text("utf-8"))
    }
    drawn = {path.resolve() for path in (ROOT / "docs" / "figures").rglob("*.png")}
    assert drawn == shown
    assert not [path.name for path in drawn if path.stat().st_size > 150_000]
