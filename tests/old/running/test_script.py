"""A script takes the process for its own, and leaves it as it was."""

from __future__ import annotations

import atexit
import os
import random
import signal
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from fallline.errors import UsageError


def test_it_runs_as_main_with_its_own_arguments(run, tmp_path):
    code, out, err = run(
        """
        import sys, os
        print(__name__, os.path.basename(__file__), os.path.isabs(__file__), sys.argv[1:], __spec__ if "__spec__" in globals() else None)
        print(sys.path[0] == os.path.dirname(__file__), sys.modules["__main__"].__dict__ is globals())
        """,
        "--help",
        "-x",
    )
    assert out.splitlines() == ["__main__ program.py True ['--help', '-x'] None", "True True"]
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("last", "code", "said"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('no data')", 1, "no data\n"),
        ("raise SystemExit(None)", 0, ""),
        ("raise KeyboardInterrupt", 130, None),
        ("1 / 0", 1, None),
    ],
)
def test_the_exit_code_is_its_own(run, last, code, said):
    found, _, err = run(f"import sys\n{last}")
    assert found == code
    assert said is None or err == said


def test_the_process_is_as_before(run):
    before = (
        sys.argv, list(sys.path), sys.modules["__main__"], list(sys.meta_path), dict(os.environ), Path.cwd(),
        list(warnings.filters), signal.getsignal(signal.SIGINT), atexit.register, random.getstate(),
    )  # fmt: skip
    state = np.random.mtrand._rand.get_state()[1].tolist()
    run(
        """
        import os, sys, random, warnings, signal, numpy as np, keras, tensorflow as tf
        sys.path.append("x"); os.environ["A_NAME"] = "1"; random.seed(1); np.random.seed(1); warnings.simplefilter("ignore")
        tf.model = tf.placeholder("float"); tf.float32 = 4
        """
    )
    after = (
        sys.argv, list(sys.path), sys.modules["__main__"], list(sys.meta_path), dict(os.environ), Path.cwd(),
        list(warnings.filters), signal.getsignal(signal.SIGINT), atexit.register, random.getstate(),
    )  # fmt: skip
    assert after == before
    assert np.random.mtrand._rand.get_state()[1].tolist() == state
    assert "tensorflow" not in sys.modules
    from fallline.old.tensorflow import first

    assert "model" not in vars(first)


def test_modules_beside_it_are_its_own_and_forgotten(run, tmp_path):
    (tmp_path / "helper.py").write_text("import keras\nanswer = 41\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("from . import inner\n")
    (tmp_path / "parts" / "inner.py").write_text("x = 1\n")
    assert run("import helper, parts\nprint(helper.answer + parts.inner.x)")[1] == "42\n"
    assert not {"helper", "parts", "parts.inner"} & set(sys.modules)
    (tmp_path / "helper.py").write_text("answer = 50\n")
    assert run("import helper\nprint(helper.answer)")[1] == "50\n"


def test_classes_and_functions_of_main_can_be_looked_into(run):
    code, out, _ = run(
        """
        import dataclasses, inspect, pickle

        @dataclasses.dataclass
        class Point:
            x: int = 1

        def f(a):
            return a + 1

        print(inspect.getsource(f).splitlines()[0], pickle.loads(pickle.dumps(Point(3))), pickle.loads(pickle.dumps(f))(1))
        """
    )
    assert (code, out) == (0, "def f(a): Point(x=3) 2\n")


def test_what_it_leaves_for_the_end_is_done_at_its_end(run):
    code, out, _ = run(
        """
        import atexit
        import threading, time
        atexit.register(print, "second")
        atexit.register(lambda: print("first"))
        threading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()
        print("now")
        """
    )
    assert (code, out) == (0, "now\nthread\nfirst\nsecond\n")


def test_the_threads_of_a_library_end_when_python_does(run):
    code, out, _ = run(
        """
        from concurrent.futures import ThreadPoolExecutor
        print(ThreadPoolExecutor().submit(int, "3").result())  # never shut down
        """
    )
    assert (code, out) == (0, "3\n")


def test_each_run_begins_with_empty_graphs(run):
    text = """
    import tensorflow as tf
    tf.app.flags.DEFINE_integer("steps", {steps}, "Steps.")
    x = tf.placeholder(tf.float32, name="x")
    print(x.name, tf.app.flags.FLAGS.steps)
    sess = tf.InteractiveSession()
    """
    assert run(text.format(steps=3))[1] == "x:0 3\n"
    assert run(text.format(steps=4)) == (0, "x:0 4\n", "")


def test_warnings_of_fallline_are_a_line_each_and_others_are_pythons(run):
    with pytest.warns(UserWarning, match="mine") as shown:
        _, _, err = run(
            """
            import tensorflow as tf, warnings
            for _ in range(2):
                tf.sub(3.0, 1.0)
            tf.placeholder
            warnings.warn("mine")
            warnings.warn("old", DeprecationWarning)
            """
        )
    assert err == "fallline run: tf.sub(...) is of before TensorFlow 1.0; now: tf.subtract(...).\n"
    assert len(shown) == 1


def test_a_file_that_is_not_there_is_no_run(tmp_path):
    from fallline.old.running import run_program

    with pytest.raises(UsageError, match="there is no file"):
        run_program(tmp_path / "none.py")


def test_what_the_folder_refuses_is_its_own_error(run, tmp_path):
    code, _, err = run("open('/proc/none', 'w')")
    assert code == 1
    assert err.splitlines()[0].endswith("program.py, line 1:")
    assert err.splitlines()[2].startswith("FileNotFoundError:")


def test_settings_of_libraries_and_streams_are_as_before(run, capsys):
    import logging

    import matplotlib as mpl

    def settings():
        return (
            sys.stdout,
            sys.excepthook,
            list(logging.getLogger().handlers),
            logging.getLogger("tensorflow").level,
            np.get_printoptions(),
            dict(mpl.rcParams),
        )

    before = settings()
    run(
        """
        import sys, logging, os, numpy as np, matplotlib.pyplot as plt
        logging.basicConfig(level=logging.DEBUG)
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
        np.set_printoptions(precision=2)
        plt.rcParams["figure.figsize"] = (1, 1)
        sys.excepthook = print
        sys.stdout = sys.stderr
        """
    )
    assert settings() == before
