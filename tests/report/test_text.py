"""Text for the terminal and the Markdown summary."""

import dataclasses
import json

import pytest

from fallline.errors import SavedFileError
from fallline.report.contents import RunReport, alike, format_number, format_score
from fallline.report.summary import render_summary
from fallline.report.table_seen import ColumnSeen, TableSeen
from fallline.report.text import render_description, render_results, render_seen
from fallline.report.verdict import Comparison, Verdict

CLASSES = RunReport(
    name="runs/a-1",
    data="a.csv",
    target="kind|of",
    task="binary",
    classes=("no", "[bold]yes"),
    rows={"train": 1300, "validation": 300, "test": 400},
    inputs="3 columns as 5 features",
    network="5-64-1 (449 parameters)",
    recipe={"layers": (64,), "optimizer": "adam", "learning_rate": 0.001, "l1": 0.0, "batch_norm": False},
    outcome="early_stopped",
    message="Stopped after epoch 40 after the best, epoch 20.",
    epochs=40,
    best_epoch=20,
    seconds=1.25,
    test={"accuracy": 0.914, "log_loss": 0.25},
    baselines={"trivial": {"accuracy": 0.6, "log_loss": 0.67}, "linear": {"accuracy": 0.9, "log_loss": 0.3}},
    verdict=Verdict(
        "earned",
        "The network earned its keep.",
        "Log loss 0.250 against 0.300.",
        ("Few rows.", "And another doubt."),
        "fallline predict runs/a_b DATA",
        "network",
        (
            Comparison("linear", "log_loss", 0.25, 0.3, 0.05, 0.02, 0.08),
            Comparison("linear", "accuracy", 0.914, 0.9, 0.014, -0.01, 0.041),
        ),
    ),
    notes=tuple(f"note {k}" for k in range(8)),
    intervals={"network": {"accuracy": (0.89, 0.9351)}, "linear": {"accuracy": (0.87, 0.93)}},
    threshold=0.5,
)
NUMBERS = dataclasses.replace(
    CLASSES,
    target="price",
    task="regression",
    classes=(),
    test={"rmse": 1234.5, "mae": 99.51, "r2": 0.9},
    intervals={"network": {"rmse": (1100.0, 1301.2), "mae": (91.999, 108.0), "r2": (-0.1, 0.95)}},
    threshold=None,
    baselines={"trivial": {"rmse": 5000.0, "mae": 400.0, "r2": -1e-9}},
)


def test_results_show_scores_beside_the_baselines():
    text = render_results(CLASSES)
    assert "400 test rows" in text
    [accuracy] = [line for line in text.splitlines() if line.strip().startswith("accuracy")]
    assert accuracy.split() == ["accuracy", "91.4", "%", "(89.0-93.5)", "60.0", "%", "90.0", "%"]
    assert "most frequent" in " ".join(text.split())  # a word a line
    assert "logistic" in text
    assert all(note in text for note in CLASSES.notes)
    assert max(map(len, text.splitlines())) <= 80


def test_errors_are_in_the_targets_unit():
    text = render_results(NUMBERS)
    assert "errors in price" in text
    [rmse] = [line for line in text.splitlines() if line.strip().startswith("RMSE")]
    assert rmse.split() == ["RMSE", "1,234", "(1,100-1,301)", "5,000"]
    [r2] = [line for line in text.splitlines() if line.strip().startswith("R²")]
    assert r2.split() == ["R²", "0.900", "(-0.100", "to", "0.950)", "0.000"]
    [mae] = [line for line in text.splitlines() if line.strip().startswith("MAE")]
    assert mae.split() == ["MAE", "99.51", "(92.00-108.00)", "400.0"]


def test_notes_about_the_table_were_said_before_the_training():
    seen = TableSeen("d.csv", "CSV", 3, (), CLASSES.notes[:7])
    text = render_results(dataclasses.replace(CLASSES, table=seen))
    assert "note 7" in text
    assert "note 6" not in text
    assert "7 notes about the table are above, and in the summary." in text
    assert all(note in render_seen(seen) for note in seen.notes)


def test_a_training_that_failed_says_so():
    text = render_results(
        dataclasses.replace(CLASSES, outcome="diverged", message="The loss stopped being finite.")
    )
    assert "The loss stopped being finite." in text


def test_no_test_rows_no_table():
    text = render_results(dataclasses.replace(CLASSES, test=None, baselines=None, notes=()))
    assert text.splitlines() == [
        "The network earned its keep.",
        "Log loss 0.250 against 0.300.",
        "Few rows.",
        "To go on: `fallline predict runs/a_b DATA`",
    ]


def test_names_from_the_data_are_no_markup():
    assert "[bold]yes" in render_description(CLASSES, "layers")
    assert "kind\\|of" in render_summary(CLASSES, [])


def test_description_says_how_it_was_trained():
    text = render_description(CLASSES, "the layers")
    for part in (
        "binary: kind|of",
        "1,300 train, 300 validation",
        "layers 64, optimizer adam",
        "the layers",
        "epoch 20",
    ):
        assert part in text
    assert "l1" not in text


def test_summary_shows_the_figures_and_all_notes():
    text = render_summary(CLASSES, ["learning_curves.png"])
    assert text.startswith(
        "# runs/a-1\n\nThe network earned its keep.  \nLog loss 0.250 against 0.300.  \nFew rows.  \n"
        "To go on: `fallline predict runs/a_b DATA`\n"
    )
    assert "| logistic regression | log loss | 0.250 | 0.300 | 0.0500 | 0.0200 to 0.0800 |" in text
    assert "| logistic regression | accuracy | 91.4 % | 90.0 % | 1.40 points | -1.00 to 4.10 |" in text
    assert "![learning curves](learning_curves.png)" in text
    assert "| accuracy | 91.4 % (89.0-93.5) | 60.0 % | 90.0 % (87.0-93.0) |" in text
    assert all(note in text for note in CLASSES.notes)


def test_a_report_survives_json():
    value = json.loads(json.dumps(CLASSES.to_json()))
    again = RunReport.from_json(value)
    assert dataclasses.replace(again, recipe=CLASSES.recipe) == CLASSES


@pytest.mark.parametrize("value", [None, {}, {"classes": [], "notes": []}])
def test_what_is_no_report_is_refused(value):
    with pytest.raises(SavedFileError):
        RunReport.from_json(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123456.7, "123,457"),
        (123.456, "123.5"),
        (1.23456, "1.235"),
        (0.0, "0"),
        (1.5e-5, "1.500e-05"),
        (-2500, "-2,500"),
    ],
)
def test_numbers(value, text):
    assert format_number(value) == text


def test_a_missing_score_is_a_dash():
    assert format_score("auc", None) == "-"


def test_the_summary_says_what_the_baselines_are_fitted_on():
    said = "Most frequent class and logistic regression: fitted on the training and validation rows"
    assert said in render_summary(CLASSES, [])
    three = dataclasses.replace(
        NUMBERS, baselines=dict.fromkeys(("trivial", "linear", "boosting"), NUMBERS.test)
    )
    assert "Mean, ridge regression and boosted trees: fitted on" in render_summary(three, [])
    unwatched = dataclasses.replace(CLASSES, rows={"train": 1300, "test": 400})
    assert "fitted on" not in render_summary(unwatched, [])


def test_the_threshold_and_the_scores_of_a_rare_class_are_named():
    rare = dataclasses.replace(
        CLASSES,
        test={"accuracy": 0.9, "precision": 0.5, "recall": 0.25},
        baselines={"trivial": {"accuracy": 0.95, "recall": 0.0}},
        threshold=0.125,
        rare="[bold]yes",
    )
    text = render_results(rare)
    lines = [line.split() for line in text.splitlines()]
    assert ["of", "kind|of", "=", "[bold]yes:"] in lines
    assert ["precision", "50.0", "%", "-"] in lines
    assert "| recall of kind\\|of = \\[bold]yes | 25.0 % | 0.0 % |" in render_summary(rare, [])
    assert "[bold]yes above a probability of 0.125" in render_description(rare, "layers")


def test_the_summary_says_what_the_intervals_hold():
    text = render_summary(CLASSES, [])
    assert "a bootstrap over the test rows. They hold" in text
    assert "not with another seed or division of the data" in text
    blocks = dataclasses.replace(CLASSES, drawn="the 12 groups of test rows")
    assert "a bootstrap over the 12 groups of test rows. They hold" in render_summary(blocks, [])
    assert "95 % intervals" not in render_summary(dataclasses.replace(CLASSES, intervals={}), [])


def test_the_description_and_the_summary_explain_the_features():
    seen = TableSeen("d.csv", "CSV", 3, (), encoding="1 column becomes 2 features", sorts=("bin", "gap"))
    report = dataclasses.replace(NUMBERS, table=seen)
    for text in (render_description(report, "layers"), render_summary(report, [])):
        assert "gap: 1 where there is no value, else 0" in text
    assert "How the features are made" not in render_description(NUMBERS, "layers")
    assert "1 column becomes 2 features." in render_summary(report, [])


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("leave it out with --drop casual_x,b. More.", "leave it out with `--drop casual_x,b`. More."),
        ("with --drop 'a_b (ms),c'; if", "with `--drop 'a_b (ms),c'`; if"),
        ("try --dropout 0.", "try `--dropout 0`."),
        ('(--type "a_b=number" for the numbers)', '(`--type "a_b=number"` for the numbers)'),
        ("leave most out (--drop), or not_this", "leave most out (`--drop`), or not\\_this"),
        ("run `fallline predict a_b  DATA` on_it", "run `fallline predict a_b  DATA` on\\_it"),
        ("a ` in_a name", "a \\` in\\_a name"),
    ],
)
def test_what_is_to_be_copied_is_code_in_the_summary(note, shown):
    text = render_summary(dataclasses.replace(CLASSES, notes=(note,)), [])
    assert f"- {shown}\n" in text


def test_one_epoch_is_one():
    assert "1 epoch in 1.2 s" in render_description(dataclasses.replace(CLASSES, epochs=1), "layers")
    assert "40 epochs in 1.2 s" in render_description(CLASSES, "layers")


def test_a_command_is_not_broken():
    command = (
        "fallline train --config runs/a-1/config.json --drop '"
        + ",".join(f"column {k}" for k in range(20))
        + "'"
    )
    report = dataclasses.replace(CLASSES, verdict=dataclasses.replace(CLASSES.verdict, command=command))
    assert f"To go on: `{command}`" in render_results(report).splitlines()


def test_no_difference_is_a_plain_zero():
    assert alike([0.0, 0.0, -0.0]) == ["0", "0", "0"]
    none = Comparison("linear", "accuracy", 0.9, 0.9, 0.0, 0.0, 0.0)
    report = dataclasses.replace(CLASSES, verdict=dataclasses.replace(CLASSES.verdict, comparisons=(none,)))
    assert "| 0 points | 0 to 0 |" in render_summary(report, [])


@pytest.mark.parametrize("width", [80, 82, 100])
def test_no_number_of_a_wide_table_is_cut(width):
    long = ("2.78800000000000003", "7.671", "7.26399999999999985")
    columns = [
        ColumnSeen("Country Name", "text", 0.0, 219, ("Aruba", "Andorra"), "text: 33 pieces of words", "", 44)
    ]
    columns += [
        ColumnSeen(f"19{k}", "numbers", 0.114, 187, long, "scaled, 6 bins, gaps", "", 108)
        for k in range(60, 64)
    ]
    shown = render_seen(TableSeen("f.csv", "CSV", 219, tuple(columns)), width=width).splitlines()
    assert shown[2].endswith(" features")
    assert [line.endswith(" 108") for line in shown if " 11.4 %" in line] == [True] * 4
    assert max(map(len, shown)) <= width
