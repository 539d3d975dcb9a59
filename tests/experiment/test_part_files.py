"""Files of their own for the validation or the test rows."""

from pathlib import Path

import pytest

from fallline.errors import DataError
from fallline.experiment.preparation import prepare
from fallline.experiment.settings import Settings


@pytest.mark.parametrize("part", ["test", "validation"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "1.5,red,x\n2.5,blue,z\n",
            r'seems to have no header: its first line reads 1\.5, red, x\. .*cat "part\.csv"',
        ),
        (
            "p,q,r\n1.5,red,x\n",
            r"has other columns than the training data: p, q, r\. Name them as there, a, b, y",
        ),
        (
            "a,b\n1.5,red\n",
            r'has no column "y", the target: rows to judge by need their answers\. It has: a, b\.',
        ),
        ("a,y\n1.5,x\n2.5,z\n", r'the table lacks the column "b"'),
    ],
)
def test_a_file_of_a_part_that_does_not_fit_is_told_with_its_setting(
    tmp_path, monkeypatch, part, content, message
):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{k}.5,{'red' if k % 3 else 'blue'},{'xz'[k % 2]}\n" for k in range(40))
    Path("whole.csv").write_text("a,b,y\n" + rows)
    Path("part.csv").write_text(content)
    with pytest.raises(DataError, match=rf'^--{part} "part\.csv":? {message}'):
        prepare(Settings("whole.csv", target="y", **{part: "part.csv"}))
