"""Checks of what is fed, apart from the run that they guard."""

from __future__ import annotations

import numpy as np
import pytest

import fallline.graph as tf
from fallline.graph.running import checks
from fallline.graph.running.plan import plan_of


@pytest.fixture
def always(monkeypatch):
    """Checks apart for variables of any size."""
    monkeypatch.setattr(checks, "PAYS", 0)


def network(labels=None):
    """A classifier with a looked-up table and dropout: (ids, labels, table, loss, step)."""
    ids = tf.placeholder(tf.int32, [None])
    given = tf.placeholder(tf.int64, [None]) if labels is None else labels
    table = tf.Variable(np.full((3, 2), 0.5, np.float32), name="table")
    hidden = tf.nn.dropout(tf.nn.embedding_lookup(table, ids), rate=0.5, seed=1)
    logits = tf.matmul(hidden, tf.Variable(np.eye(2, dtype=np.float32)))
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=given, logits=logits))
    return ids, given, table, loss, tf.train.AdamOptimizer(0.1).minimize(loss)


def apart(session, fetches, feeds):
    return checks.parted(plan_of(fetches, feeds, session.values), session.values)


def test_wrong_feeds_are_told_and_change_nothing(always):
    with tf.Graph().as_default(), tf.Session() as session:
        ids, labels, table, loss, step = network()
        session.run(tf.global_variables_initializer())
        first = session.run(table)
        for feed in ({ids: [0, 3], labels: [0, 1]}, {ids: [0, 1], labels: [0, 2]}):
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"3 is not in|label value of 2"):
                session.run(step, feed)
        np.testing.assert_array_equal(session.run(table), first)
        for _ in range(3):
            session.run([step, loss], {ids: [0, 1], labels: [0, 1]})
        assert not np.array_equal(session.run(table), first)
        np.testing.assert_array_equal(session.run(table)[2], first[2])


def test_steps_are_the_same_with_checks_apart(monkeypatch):
    found = []
    for least in (0, 2**40):
        monkeypatch.setattr(checks, "PAYS", least)
        with tf.Graph().as_default(), tf.Session() as session:
            ids, labels, table, _, step = network()
            session.run(tf.global_variables_initializer())
            for _ in range(3):
                session.run(step, {ids: [0, 1, 0], labels: [0, 1, 1]})
            found.append(session.run(table))
    np.testing.assert_array_equal(*found)


def test_what_is_computed_is_checked_in_the_run(always):
    with tf.Graph().as_default(), tf.Session() as session:
        kept = tf.Variable([0, 1], trainable=False)
        ids, labels, _, _, step = network(labels=kept * 1)
        session.run(tf.global_variables_initializer())
        assert apart(session, [step], [ids])[0] is None
        session.run(kept.assign([0, 2]))
        with pytest.raises(tf.errors.InvalidArgumentError, match="label value of 2"):
            session.run(step, {ids: [0, 1]})
        assert labels is not None


def test_small_variables_are_checked_in_the_run():
    with tf.Graph().as_default(), tf.Session() as session:
        ids, labels, _, loss, step = network()
        session.run(tf.global_variables_initializer())
        assert apart(session, [step], [ids, labels])[0] is None
        plan = plan_of([loss], [ids, labels], session.values)
        assert checks.parted(plan, session.values) == (None, plan)
