"""What pandas took away since, as programs use it."""

from __future__ import annotations

import pytest

pytest.importorskip("pandas")


def test_rows_by_ix(run):
    code, out, err = run(
        """
        import pandas as pd
        df = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]}, index=["x", "y", "z"])
        print(df.ix[0, "a"], df.ix["y", "b"], df.ix[:, 1:].shape, df.ix[0:2].shape, df.ix[:, "a"].tolist())
        whole = df.reset_index(drop=True)
        print(whole.ix[0:1].shape, whole.ix[2, "a"], whole.ix[:, 0:1].shape)
        df.ix["x", "a"] = 9
        print(df["a"].tolist())
        """
    )
    assert code == 0, err
    assert out == "1 5 (3, 1) (2, 2) [1, 2, 3]\n(2, 2) 3 (3, 1)\n[9, 2, 3]\n"
    assert err == "fallline run: .ix is gone; now: .loc by labels, .iloc by position.\n"


def test_arguments_by_position(run):
    code, out, err = run(
        """
        import pandas as pd
        df = pd.DataFrame({"a": [1.0, None, 3.0], "b": ["x", "y", "x"]})
        print(df.drop("b", 1).columns.tolist(), df.drop(0, 0).shape, df.dropna(0).shape, pd.concat([df, df], 1).shape)
        print(df.fillna(method="ffill")["a"].tolist(), df.fillna(0)["a"].tolist(), df.drop(["a"], axis=1).columns.tolist())
        df.dropna(inplace=True); print(len(df), df["a"].fillna(1).tolist(), df["a"].dropna().tolist())
        """
    )
    assert code == 0, err
    assert (
        out == "['a'] (2, 2) (2, 2) (3, 4)\n[1.0, 1.0, 3.0] [1.0, 0.0, 3.0] ['b']\n2 [1.0, 3.0] [1.0, 3.0]\n"
    )


def test_arrays_are_writable_and_text_is_objects(run):
    code, out, err = run(
        """
        import numpy as np, pandas as pd
        df = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        values = df[["a"]].values
        values[0] = 7
        series = df["a"].values
        np.random.shuffle(series)
        np.asarray(df["a"])[0] = 3
        print(df["a"].tolist(), df["b"].dtype, type(df["b"].values).__name__, df.dtypes["b"] == object)
        print(pd.get_dummies(df).values.dtype.kind, df.as_matrix().shape, df.mean().tolist())
        """
    )
    assert code == 0, err
    assert out == "[1, 2] object ndarray True\ni (2, 2) [1.5]\n"


def test_reading_with_old_arguments(run, tmp_path):
    (tmp_path / "table.csv").write_text("1,2\n3,4,5,6\n7,8\n")
    (tmp_path / "spaces.txt").write_text("1  2\n3  4\n")
    code, out, err = run(
        f"""
        import pandas as pd
        print(pd.read_csv(r"{tmp_path}/table.csv", error_bad_lines=False, header=None, prefix="X").columns.tolist())
        print(pd.read_csv(r"{tmp_path}/spaces.txt", delim_whitespace=True, header=None).shape)
        print(pd.read_csv(r"{tmp_path}/table.csv", ";", header=None).shape)
        """
    )
    assert code == 0, err
    assert out == "['X0', 'X1']\n(2, 2)\n(3, 1)\n"


def test_appending(run):
    code, out, _ = run(
        """
        import pandas as pd
        df = pd.DataFrame({"a": [1]})
        print(df.append({"a": 2}, ignore_index=True)["a"].tolist(), df.append(df).shape, [k for k, _ in df.iteritems()])
        """
    )
    assert (code, out) == (0, "[1, 2] (2, 1) ['a']\n")


def test_pandas_is_as_before(run):
    import pandas as pd

    run("import pandas as pd\npd.DataFrame({'a': [1]}).ix[0]")
    assert not hasattr(pd.DataFrame, "ix")
    assert not pd.DataFrame({"a": [1]})["a"].values.flags.writeable
    with pytest.raises(TypeError):
        pd.DataFrame({"a": [1]}).drop("a", 1)
