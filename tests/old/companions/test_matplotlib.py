"""Figures that nobody waits for, and what matplotlib took away since."""

from __future__ import annotations


def test_show_does_not_wait_and_says_so_once(run):
    code, out, err = run(
        """
        import matplotlib
        matplotlib.use("TkAgg")
        import matplotlib.pyplot as plt
        plt.ion()
        plt.plot([1, 2]); plt.pause(60); plt.show()
        plt.plot([1, 2]); plt.show()
        print(plt.get_fignums())
        """
    )
    assert (code, out) == (0, "[]\n")
    assert err == "fallline run: plt.show() opens no window; --figures FOLDER keeps the figures.\n"


def test_figures_are_kept(run, tmp_path):
    folder = tmp_path / "a" / "figures"
    code, _, err = run(
        """
        import matplotlib.pyplot as plt
        for i in range(2):
            plt.figure()
            plt.plot([1, i])
        plt.show()
        fig, ax = plt.subplots()
        plt.show(block=False)
        """,
        figures=folder,
    )
    assert (code, err) == (0, "")
    assert sorted(each.name for each in folder.iterdir()) == ["figure-1.png", "figure-2.png", "figure-3.png"]


def test_old_names_and_arguments(run):
    code, out, err = run(
        """
        import matplotlib.pyplot as plt
        from matplotlib import cm
        plt.style.use("seaborn-whitegrid")
        fig = plt.figure()
        ax = fig.add_subplot(111, axisbg="white")
        ax.hold(True); ax.grid(b=True)
        fig.canvas.set_window_title("x"); plt.get_current_fig_manager().window.showMaximized()
        plt.imshow([[1, 2]], cmap="spectral")
        counts, _, _ = plt.hist([1, 2, 3], bins=2, normed=True)
        print(cm.get_cmap("viridis").name, cm.spectral.name, plt.gca(projection="3d").name, counts.tolist())
        """
    )
    assert code == 0, err
    assert out == "viridis nipy_spectral 3d [0.3333333333333333, 0.6666666666666666]\n"
    assert 'now: "seaborn-v0_8-whitegrid"' in err


def test_matplotlib_is_as_before(run):
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    use, backend = mpl.use, mpl.get_backend()
    run("import matplotlib.pyplot as plt\nplt.plot([1]); plt.show()")
    assert mpl.use is use
    assert mpl.get_backend() == backend
    assert not hasattr(plt, "hold")
