"""`fallline run --check` on the command line."""

from fallline.cli.main import main


def test_what_is_missing_is_listed_and_the_exit_code_is_1(tmp_path, capsys):
    (tmp_path / "old.py").write_text("import keras\nkeras.nothing\n", "utf-8")
    assert main(["run", "--check", str(tmp_path / "old.py")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "old.py:2: keras.nothing: no such name.",
        "old.py: 1 thing is missing",
    ]


def test_one_line_says_that_nothing_is_missing(tmp_path, capsys):
    (tmp_path / "old.py").write_text("import keras\nkeras.Sequential()\nraise SystemExit(3)\n", "utf-8")
    assert main(["run", "--check", str(tmp_path / "old.py")]) == 0
    assert (
        capsys.readouterr().out == "old.py: nothing is missing (2 names of tensorflow and keras looked up)\n"
    )
