"""What Python took away since, and modules that may not be there."""

from __future__ import annotations

import sys


def test_python_of_other_years(run):
    code, out, err = run(
        """
        import time, collections, string, itertools, fractions
        from distutils.version import LooseVersion
        print(time.clock() > 0, isinstance([], collections.Iterable), string.letters[:2], list(itertools.izip([1], [2])))
        print(fractions.gcd(4, 6), LooseVersion("1.15.5") >= LooseVersion("1.2"), [i for i in xrange(2)], unicode("a"))
        """
    )
    assert code == 0, err
    assert out == "True True ab [(1, 2)]\n2 True [0, 1] a\n"
    assert "fallline run: time.clock is gone; now: time.perf_counter." in err


def test_names_of_python_2_that_a_program_makes_itself_are_its_own(run):
    code, out, err = run(
        """
        try:
            xrange
        except NameError:
            xrange = None
        print(xrange)
        """
    )
    assert (code, out, err) == (0, "None\n", "")


def test_modules_that_are_not_installed(run):
    code, out, err = run(
        """
        from IPython.display import display, clear_output, Image
        from IPython import get_ipython
        from tqdm import tqdm, trange
        from google.colab import drive
        import input_data, mnistdata
        from absl import app, flags
        display(3); clear_output(); print(get_ipython(), [i for i in tqdm(range(2), desc="x")], len(trange(3)))
        drive.mount("/content/drive")
        print(input_data.read_data_sets is mnistdata.read_data_sets)
        """
    )
    assert code == 0, err
    assert out == "3\nNone [0, 1] 3\nTrue\n"
    # Where tqdm is installed, it is the one that shows progress, there as well.
    assert "fallline run: this is not Colab" in err
    assert not {"input_data", "mnistdata"} & set(sys.modules)


def test_pictures_of_scipy(run, tmp_path):
    code, out, err = run(
        f"""
        import numpy as np, scipy
        from scipy import misc
        misc.imsave(r"{tmp_path}/x.png", np.arange(64).reshape(8, 8))
        print(misc.imresize(misc.imread(r"{tmp_path}/x.png"), (4, 4)).shape, misc.imresize(np.zeros((8, 8)), 0.5).shape)
        print(scipy.mean([1.0, 3.0]), misc.comb(4, 2))
        """
    )
    assert code == 0, err
    assert out == "(4, 4) (4, 4)\n2.0 6.0\n"


def test_six_and_modules_within_ipython(run):
    code, out, err = run(
        """
        import six
        from six.moves import urllib, range, cPickle as pickle
        from six.moves.urllib.request import urlretrieve
        from IPython import display
        import IPython.display
        print(six.PY3, urllib.request.urlretrieve is urlretrieve, pickle.loads(pickle.dumps(3)), display is IPython.display)
        """
    )
    assert code == 0, err
    assert out == "True True 3 True\n"
