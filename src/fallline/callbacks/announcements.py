"""What rules say aloud: they act inside the compiled run, so their lines are printed when it surfaces."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from fallline.callbacks.callback import Callback, Logs
from fallline.engine import Outcome, Resume, Rule


class Announcements(Callback):
    """Prints the lines of rules with `verbose=1`, within about 0.2 s of the epoch; the run is not held up for it.

    Args:
        rules: The rules of the run.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__()
        self._rules = tuple(rule for rule in rules if rule.verbose)
        self._before: dict[str, Any] = {}

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forgets an earlier training."""
        self._before = {}

    def on_resume(self, resume: Resume) -> None:
        """The epoch before the cut is the one before the next."""
        self._before = {name: values[-1].tolist() for name, values in resume.trace.items() if len(values)}

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Prints what the rules say of an epoch."""
        results = dict(logs or {})
        self._print([line for rule in self._rules for line in rule.lines(epoch, self._before, results)])
        self._before = results

    def on_train_end(self, logs: Logs = None) -> None:
        """Prints what they say of the end."""
        outcome = self.model.history.outcome
        assert isinstance(outcome, Outcome)
        self._print([line for rule in self._rules for line in rule.last_lines(outcome)])

    def granularity(self) -> str:
        """It reads logs alone."""
        return "boundary"

    def _print(self, lines: list[str]) -> None:
        for line in lines:
            print(line, file=sys.stdout, flush=True)
