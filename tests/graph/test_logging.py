"""Messages of TensorFlow's form on the standard error."""

from __future__ import annotations

import logging as standard

import pytest

from fallline.graph import logging


@pytest.fixture
def alone(monkeypatch):
    """Called in a test: from then on the program has set up no logging, which pytest has."""
    root, logger = standard.getLogger(), standard.getLogger("tensorflow")

    def call():
        monkeypatch.setattr(root, "handlers", [])
        monkeypatch.setattr(logger, "handlers", [])

    yield call
    logger.setLevel(standard.NOTSET)


def test_messages_have_tensorflow_s_form_from_the_level_on(alone, capsys):
    alone()
    logging.info("unseen")
    logging.warn("one of %d", 3)
    logging.set_verbosity(logging.INFO)
    logging.info("loss = %.1f", 0.25)
    logging.debug("unseen")
    logging.error("bad")
    logging.fatal("goes on")
    logging.log(logging.WARN, "so")
    logging.vlog(logging.DEBUG, "unseen")
    logging.log_if(logging.INFO, "if %s", True, "so")
    logging.log_if(logging.INFO, "unseen", False)
    logging.flush()
    assert logging.get_verbosity() == logging.INFO == 20
    assert capsys.readouterr().err.splitlines() == [
        "WARNING:tensorflow:one of 3",
        "INFO:tensorflow:loss = 0.2",
        "ERROR:tensorflow:bad",
        "CRITICAL:tensorflow:goes on",
        "WARNING:tensorflow:so",
        "INFO:tensorflow:if so",
    ]


def test_some_times_are_counted_by_the_line_of_the_program(alone, capsys):
    alone()
    for step in range(7):
        logging.log_every_n(logging.ERROR, "every %d", 3, step)
        logging.log_first_n(logging.ERROR, "first %d", 2, step)
    assert [line.rpartition(":")[2] for line in capsys.readouterr().err.splitlines()] == [
        "every 0", "first 0", "first 1", "every 3", "every 6",
    ]  # fmt: skip


def test_python_s_logger_settles_them(alone, capsys):
    alone()
    standard.getLogger("tensorflow").setLevel(standard.ERROR)
    logging.warning("unseen")
    assert logging.get_verbosity() == logging.ERROR
    assert capsys.readouterr().err == ""


def test_a_program_s_own_logging_writes_each_message_once(caplog, capsys):
    logging.error("once")
    assert [record.getMessage() for record in caplog.records] == ["once"]
    assert caplog.records[0].filename == "test_logging.py"
    assert capsys.readouterr().err == ""
