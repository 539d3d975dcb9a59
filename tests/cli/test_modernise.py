"""`fallline modernise` on the command line."""

import pytest

from fallline.cli.main import main

OLD = """# A note that stays.
from keras.models import Sequential
from keras.layers.core import Dense  # another
m = Sequential()
m.add(Dense(output_dim=3, input_dim=4))
m.fit(x, y, nb_epoch=3)
"""
NEW = """# A note that stays.
from fallline.models import Sequential
from fallline.layers import Dense  # another
m = Sequential()
m.add(Dense(units=3, input_dim=4))
m.fit(x, y, epochs=3)
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "old.py"
    path.write_text(OLD, "utf-8")
    return path


def test_the_program_is_written_beside_the_old_one(script, capsys):
    assert main(["modernise", str(script)]) == 0
    assert script.read_text("utf-8") == OLD
    assert script.with_name("old_modern.py").read_text("utf-8") == NEW
    assert capsys.readouterr().err.startswith("written: ")


def test_a_file_that_is_there_is_kept_without_force(script, capsys):
    there = script.with_name("old_modern.py")
    there.write_text("mine", "utf-8")
    assert main(["modernise", str(script)]) == 2
    assert there.read_text("utf-8") == "mine"
    assert "--force" in capsys.readouterr().err
    assert main(["modernise", "--force", str(script)]) == 0
    assert there.read_text("utf-8") == NEW


def test_lines_that_are_left_are_told_and_nothing_is_written(script, capsys):
    script.write_text(OLD + "m.to_yaml()\n", "utf-8")
    assert main(["modernise", str(script)]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("old.py:7: left as it is: Sequential.to_yaml: ")
    assert "nothing is written" in told.err
    assert not script.with_name("old_modern.py").exists()


def test_the_rest_is_written_where_that_is_asked_for(script):
    script.write_text(OLD + "m.to_yaml()\n", "utf-8")
    assert main(["modernise", "--partial", str(script)]) == 1
    assert script.with_name("old_modern.py").read_text("utf-8") == NEW + "m.to_yaml()\n"


def test_a_program_that_is_no_python_is_bad_input(script, capsys):
    script.write_text("print 'old'\n", "utf-8")
    assert main(["modernise", str(script)]) == 2
    assert "Python 2" in capsys.readouterr().err
