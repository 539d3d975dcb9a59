"""docs/reference/catalogue.md is what the docstrings say, and they say enough."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import fallline as fl
from fallline.registry.table import Registry

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "catalogue.md"
FILE = Path(__file__).parents[1] / "scripts" / "catalogue.py"

IN_WORDS = {
    "initializers.Constant": "one value",
    "initializers.Ones": "one value",
    "initializers.Zeros": "one value",
    "layers.InputLayer": "computes nothing",
    "layers.Lambda": "any function",
    "layers.RandomErasing": "a rectangle, which its docstring describes",
    **{
        f"metrics.{name}": "a count"
        for name in ("FalseNegatives", "FalsePositives", "TrueNegatives", "TruePositives")
    },
    **{
        f"metrics.{name}": "the best of a curve"
        for name in (
            "PrecisionAtRecall",
            "RecallAtPrecision",
            "SensitivityAtSpecificity",
            "SpecificityAtSensitivity",
        )
    },
}
"""What has no equation, and why words say all of it."""

OWN = {
    "Populations": {
        *("Grid", "Member", "Population", "Replay", "Search"),
        *("choice", "integer", "log_uniform", "uniform", "when"),
    },
    "Besides": {
        *("Activation", "Custom", "RandomInitializer", "Augmentation", "ImageAugmentation", "Mixing"),
        *("GradientOptimizer", "MeanMetric", "Call", "Tensor", "Use", "OptimizerState", "Problem"),
        *("Ratio", "RootMean", "Statistic", "ThresholdCounts", "WeightedMean"),
        *(
            "FusedActivation",
            "Reduction",
            "aligned",
            "about_targets",
            "resolve",
            "takes_a_step",
            "global_norm",
        ),
    },
    "Callbacks and rules": {"TrainingProgress"},
    "Models": {
        *(
            "Head",
            "LayerVariance",
            "LearningRateRange",
            "Network",
            "NetworkObjective",
            "TrainedFunction",
            "train",
        ),
    },
    "Data": {"Order", "Sampling", "Separability", "as_rows", "as_values"},
    "Engine": {
        *("Batch", "Boundary", "CompilationReport", "CompiledProgram", "Data", "EpochEnd", "Evaluated"),
        *(
            "FunctionObjective",
            "Numbers",
            "Objective",
            "Observer",
            "Outcome",
            "Parts",
            "Plan",
            "Probe",
            "Program",
        ),
        *("Resume", "Rule", "RunFacts", "RunResult", "Share", "Step", "TrainingState", "Variables"),
        *(
            "Calls",
            "Flat",
            "Prepared",
            "compilation_report",
            "initialise",
            "predict",
            "run",
            "sample",
            "score",
        ),
        *("Taken", "single_step", "steadily", "take_step", "used_by", "with_packed_slots"),
    },
    "History": {"History"},
    "Calibration": {"Reliability"},
    "Utilities": {
        "config.checked_seed",
        "datasets.bags_of_words",
        "config.next_seed",
        "tree",
        "static",
        "compilation_report",
        "load_run",
        "Run",
    },
}
"""What is this library's own and computes nothing from a book: interfaces, containers, checks."""

HOMES = {
    "activations": ("Activations",),
    "initializers": ("Initializers",),
    "regularizers": ("Regularizers",),
    "constraints": ("Constraints",),
    "layers": ("Layers", "Mixing rows"),
    "optimizers": ("Optimizers",),
    "optimizers.schedules": ("Schedules",),
    "losses": ("Losses",),
    "metrics": ("Metrics",),
    "calibration": ("Calibration",),
    "callbacks": ("Callbacks and rules",),
    "models": ("Models",),
    "population": ("Populations",),
    "data": ("Data",),
    "datasets": ("Utilities",),
    "engine": ("Engine",),
    "history": ("History",),
    "utils": ("Utilities",),
    "saving": ("Utilities",),
    "config": ("Utilities",),
    "backend": ("Utilities",),
    "ops": ("Utilities",),
}
"""Public module -> the sections of the page in which its names stand."""

FORMULA = re.compile(
    r"[=/^@+]|\\\*|\bU\(|\bN\(|-log|\w\(\w+\(|\bbecomes\b|max\(|min\(|\[x|x\\_1|\[i\]|`.*\(.*`"
)


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    """The script that writes the page, as a module."""
    specification = importlib.util.spec_from_file_location("catalogue_script", FILE)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    specification.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    # In a process of its own, as the script runs: other tests import modules in another order.
    result = subprocess.run(
        [sys.executable, str(FILE), "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def sections() -> dict[str, list[list[str]]]:
    """Heading -> the cells of each line of its tables, as the page in docs/ has them."""
    found: dict[str, list[list[str]]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found[line.removeprefix("## ")] = []
        elif line.startswith("| `"):
            list(found.values())[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def public_names(module: ModuleType) -> set[str]:
    """What a user may import from a module: what `__all__` says, else what it defines."""
    names = getattr(module, "__all__", None)
    if names is None:
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        names = [node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        names += [
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and inspect.isclass(getattr(module, target.id))
        ]
    known = {name: getattr(module, name) for name in names if not name.startswith("_") and name != "get"}
    return {
        name for name, item in known.items() if not isinstance(item, Registry) and not inspect.ismodule(item)
    }


def named(cells: list[str]) -> set[str]:
    """The names that a line is about."""
    return {name.rpartition(".")[2] for name in re.findall(r"`([^`]+)`", cells[0])}


@pytest.mark.parametrize("module", HOMES)
def test_every_public_name_is_in_the_page(module: str, sections: dict[str, list[list[str]]]) -> None:
    listed = {name for title in HOMES[module] for cells in sections[title] for name in named(cells)}
    listed |= {
        name
        for cells in sections["Utilities"]
        if module == "ops" and named(cells) == {"ops"}
        for name in re.findall(r"`([^`]+)`", cells[1])
    }
    assert not public_names(importlib.import_module(f"fallline.{module}")) - listed


def test_every_name_of_the_package_is_in_the_page(sections: dict[str, list[list[str]]]) -> None:
    listed = {name for rows in sections.values() for cells in rows for name in named(cells)}
    missing = set(fl.__all__) - listed - set(HOMES) - {"__version__"}
    assert not missing


def test_no_module_is_left_out() -> None:
    modules = {name for name in fl.__all__ if inspect.ismodule(getattr(fl, name))}
    assert modules == {name for name in HOMES if "." not in name}


def test_what_every_optimizer_can_is_what_is_said_of_it(sections: dict[str, list[list[str]]]) -> None:
    fields = {field.name for field in dataclasses.fields(fl.optimizers.FirstOrderOptimizer)}
    details = {"learning_rate", "name", "ema_momentum", "ema_overwrite_frequency", "weight_decay_exclusions"}
    said = {name for cells in sections["Around every optimizer"] for name in named(cells)}
    assert said - {"epsilon_place"} == fields - details
    choosers = {
        name
        for name, cls in fl.optimizers.optimizers.classes().items()
        if "epsilon_place" in {field.name for field in dataclasses.fields(cls)}
    }
    [cells] = [cells for cells in sections["Around every optimizer"] if named(cells) == {"epsilon_place"}]
    assert choosers == {
        name for name in re.findall(r"`(\w+)`", cells[1]) if name in choosers | {"Nadam", "Lamb"}
    }
    for name in choosers:
        cls = fl.optimizers.optimizers.classes()[name]
        place = next(field.default for field in dataclasses.fields(cls) if field.name == "epsilon_place")
        assert place == ("outside" if name.startswith("Adam") else "inside")  # as the line says


def test_every_name_has_its_equation_and_source(catalogue: ModuleType) -> None:
    holes = []
    for part in catalogue.SECTIONS:
        first, *others = catalogue.tables_of(part)
        for place, rows in enumerate([first, *others]):
            own = OWN.get("Besides" if place and part.table else part.title, set())
            for row in rows:
                name = f"{part.table or part.title}.{row.name}"
                equation = row.equation or FORMULA.search(row.what) or name in IN_WORDS
                needs_equation = bool(part.table) and not place
                holes += [f"{name}: no first line"] if not row.what else []
                holes += [f"{name}: no equation"] if needs_equation and not equation else []
                holes += [f"{name}: no Source:"] if not row.source and row.name not in own else []
    assert not holes, "; ".join(holes)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "lsuv",
            "find_learning_rate",
            "novikoff_bound",
            "Perceptron",
            "HardExamples",
            "Curriculum",
            "separable",
        ),
        *("EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler", "WeightedRows", "GradientNorm"),
        *(
            "clipvalue",
            "clipnorm",
            "global_clipnorm",
            "gradient_accumulation_steps",
            "use_ema",
            "polyak_start",
        ),
        *("epsilon_place", "weight_decay", "clip_by_norm", "clip_by_global_norm"),
    ],
)
def test_what_computes_besides_the_tables_has_its_equation(
    name: str, sections: dict[str, list[list[str]]]
) -> None:
    [cells, *_] = [cells for rows in sections.values() for cells in rows if f"`{name}`" in cells[0]]
    assert re.search(r"<br>`[^`]*(=|<-|/)[^`]*`", cells[1])
    assert cells[2]


def test_what_has_no_source_exists() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert not {name for names in OWN.values() for name in names if f"| `{name}` |" not in page}


def test_equations_are_no_sentences(catalogue: ModuleType) -> None:
    for part in catalogue.SECTIONS:
        for rows in catalogue.tables_of(part):
            for row in rows:
                for span in re.findall(r"`([^`]+)`", row.equation):
                    assert "Args:" not in span, row.name
                    assert not re.search(r"[a-z)]\. +[A-Z0-9]|\.$", span), f"{row.name}: {span}"
                    assert not re.search(r"\b(is|has|gives|which|keeps|costs|Keras)\b", span), (
                        f"{row.name}: {span}"
                    )


def test_what_is_said_in_words_exists_and_has_no_equation(catalogue: ModuleType) -> None:
    rows = {
        f"{part.table}.{row.name}": row
        for part in catalogue.SECTIONS
        if part.table
        for row in catalogue.rows_of_table(part.table)
    }
    assert [name for name in IN_WORDS if rows[name].equation] == []


def test_every_row_has_the_columns_of_its_table(catalogue: ModuleType) -> None:
    columns = 0
    for line in catalogue.page().splitlines():
        if line.startswith("|"):
            bars = len(re.findall(r"(?<!\\)\|", line))
            columns = columns or bars
            assert bars == columns, line
        else:
            columns = 0


def test_names_are_in_alphabetical_order(catalogue: ModuleType) -> None:
    for part in catalogue.SECTIONS:
        if part.table:
            names = [row.name for row in catalogue.rows_of_table(part.table)]
            assert names == sorted(names)


def test_mathematics_becomes_code_and_remarks_stay_prose(catalogue: ModuleType) -> None:
    row = catalogue.row(
        "X",
        (),
        "What it does.\n\ny = a | b, with a the first. The rest is prose.\n\nThe sum x = 1 is prose.\n\nSource: Me (1900).\n",
    )
    assert row.equation == "`y = a \\| b`, with a the first. The rest is prose."
    assert str(row).count("\\|") == 1
    assert row.source == "Me (1900)."


@pytest.mark.parametrize(
    "paragraph",
    [
        "Args:\n    alpha: a = 1, b = 2.",
        "he_init is the name that programs give it (factor 2).",
        "The mean is x / n.",
        "    f(x)  # an example",
    ],
)
def test_what_is_no_equation_is_not_taken_for_one(catalogue: ModuleType, paragraph: str) -> None:
    assert catalogue.row("X", (), f"What it does.\n\n{paragraph}\n").equation == ""


def test_lines_of_an_equation_stay_lines(catalogue: ModuleType) -> None:
    row = catalogue.row("X", (), "What.\n\nm <- b * m + g\np <- p - m\n\nwith b the momentum. More.\n")
    assert row.equation == "`m <- b * m + g`<br>`p <- p - m`<br>with b the momentum"
