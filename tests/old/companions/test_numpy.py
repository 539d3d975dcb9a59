"""What NumPy took away since, as programs use it."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.old.companions.one_element import OneElement


def test_old_names_answer_and_are_said_once(run):
    code, out, err = run(
        """
        import numpy as np
        from numpy import int as whole
        print(np.zeros(2, dtype=np.float).dtype, np.int(3), whole is int, np.product([2, 3]), np.NaN, np.Inf, np.float(1))
        print(np.asscalar(np.array([3])), np.in1d([1, 2], [2]), np.random.random_integers(3, 3))
        """
    )
    assert code == 0, err
    assert out == "float64 3 True 6 nan inf 1.0\n3 [False  True] 3\n"
    assert err.splitlines()[0] == "fallline run: numpy.int is gone; now: int."
    assert len(err.splitlines()) == len(set(err.splitlines()))


def test_they_are_gone_after(run):
    run("import numpy as np\nnp.int, np.product")
    for name in ("int", "product"):
        with pytest.raises(AttributeError):
            getattr(np, name)


def test_an_array_of_one_element_is_a_number(run):
    code, out, err = run(
        """
        import numpy as np
        w = np.array([[2.5]])
        print(float(w), int(w), "%d" % w, "%.2f and %s" % (w, 1), "%(a).1f" % {"a": w}, "x = " + "%d" % w)
        print("%s" % np.array([1.0]), float("3"), int("11", 2))
        """
    )
    assert (code, err) == (0, "")
    assert out == "2.5 2 2 2.50 and 1 2.5 x = 2\n[1.] 3.0 3\n"


@pytest.mark.parametrize("wrong", ["float(np.zeros(2))", "'%d' % np.zeros(2)", "int([1])", "'%d' % 'a'"])
def test_more_elements_are_refused_as_ever(run, wrong):
    code, _, err = run(f"import numpy as np\n{wrong}")
    assert code == 1
    assert "TypeError" in err


def test_a_reader_of_idx_files_of_before_numpy_1_12(run):
    code, out, _ = run(
        """
        import io, numpy as np
        def read32(stream):
            return np.frombuffer(stream.read(4), dtype=np.dtype(np.uint32).newbyteorder(">"))
        stream = io.BytesIO(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6)))
        magic, rows, columns = read32(stream), read32(stream), read32(stream)
        if magic != 2051:
            raise ValueError(magic)
        data = np.frombuffer(stream.read(rows * columns), dtype=np.uint8).reshape(rows, columns)
        print(data.tolist(), data[:rows].shape, list(range(rows)), "%d rows" % rows, np.fromstring(b"abc", np.uint8))
        """
    )
    assert (code, out) == (0, "[[0, 1, 2], [3, 4, 5]] (2, 3) [0, 1] 2 rows [97 98 99]\n")


def test_one_element_stays_one_and_looks_like_an_array():
    one = np.array([3], np.uint32).view(OneElement)
    assert isinstance(one * one, OneElement)
    assert type(one + np.zeros(2)) is np.ndarray
    assert (repr(one), str(one), float(one)) == ("array([3], dtype=uint32)", "[3]", 3.0)


def test_an_array_of_one_element_goes_into_one_place(run):
    code, out, err = run(
        """
        import numpy as np
        a, one, places = np.zeros((2, 2)), np.array([[2.5]]), {}
        a[0, 1] = one
        a[1] = np.array([3.0])
        row = np.zeros(3)
        row[0] = one
        row[1:] = np.array([7.0, 8.0])
        places["x"] = one
        kept = [None]
        kept[0] = one
        print(a.tolist(), row.tolist(), places["x"] is one, kept[0] is one)
        """
    )
    assert code == 0, err
    assert out == "[[0.0, 2.5], [3.0, 3.0]] [2.5, 7.0, 8.0] True True\n"


def test_rows_of_several_lengths(run):
    code, out, err = run("import numpy as np\nprint(np.array([[1, 2], [3]]).dtype, np.array([[1, 2]]).shape)")
    assert (code, out) == (0, "object (1, 2)\n")
    assert "dtype=object" in err
