"""A population without networks: drives a search on made-up learning curves, as the real runner does."""

import math

import numpy as np

from fallline.population.search import Facts
from fallline.population.spaces import Axes


def begun(search, *, candidates=None, epochs=27, axes=None, seed=0, **facts):
    axes = Axes.of({"x": range(10_000)} if axes is None else axes)
    search.begin(Facts(axes, epochs, candidates, np.random.default_rng(seed), **facts))
    return search


def drive(search, curve, *, places=10**6, order=None, ends=None):
    """Trains every job at once and tells in `order` of candidates; returns what was trained, and every call.

    Args:
        curve: Settings, candidate, epochs -> score; NaN diverges there.
        order: Sorts the jobs of one ask before they are told.
        ends: Candidate -> the epoch at which early stopping ends it.
    """
    at, settings, calls, spent = {}, {}, [], 0
    while not search.done:
        jobs = search.ask(places)
        calls.append([(job.candidate, job.until, job.copies, job.settings) for job in jobs])
        assert jobs, "it waits for tells, but nothing runs"
        assert len(jobs) <= places
        before = dict(at)
        told = []
        for job in jobs:
            if job.candidate not in at:
                assert job.candidate == len(settings) or job.candidate in settings or job.settings is not None
            if job.copies is not None:
                at[job.candidate] = before[job.copies]
            if job.settings is not None:
                settings[job.candidate] = job.settings
            begins = at.get(job.candidate, 0)
            assert job.until > begins
            until = min(job.until, (ends or {}).get(job.candidate, math.inf))
            until = max(until, begins)
            score = math.nan
            for epoch in range(begins + 1, until + 1):
                score = curve(settings[job.candidate], job.candidate, epoch)
                if not math.isfinite(score):
                    until = epoch
                    break
            spent += until - begins
            at[job.candidate] = until
            ended = until >= (ends or {}).get(job.candidate, math.inf) or not math.isfinite(score)
            told.append((job.candidate, score, until, ended))
        for each in sorted(told, key=order) if order else told:
            search.tell(*each)
    assert search.ask(places) == []
    return Driven(at, settings, calls, spent)


class Driven:
    """What was trained: candidate -> epochs and settings, the calls of ask, the epochs of all together."""

    def __init__(self, epochs, settings, calls, spent):
        self.epochs, self.settings, self.calls, self.spent = epochs, settings, calls, spent

    def reached(self, epochs):
        """How many candidates were trained so long."""
        return sum(each >= epochs for each in self.epochs.values())
