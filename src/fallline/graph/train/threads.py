"""What programs write around their loop for TensorFlow's queues, which graphs here have none of."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from fallline.graph.core.failures import GraphError


class Coordinator:
    """Says when threads of a program are to stop, and waits for them."""

    def __init__(self, clean_stop_exception_types: Any = None) -> None:
        """Starts, nobody having asked to stop.

        Args:
            clean_stop_exception_types: Errors that are no failures; by default none.
        """
        self._clean = tuple(clean_stop_exception_types or ())
        self._stopped = threading.Event()
        self._error: BaseException | None = None
        self._threads: list[threading.Thread] = []

    def should_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stopped.is_set()

    def request_stop(self, ex: BaseException | None = None) -> None:
        """Asks all to stop; an error is raised again by `join`."""
        if ex is not None and self._error is None and not isinstance(ex, self._clean):
            self._error = ex
        self._stopped.set()

    def clear_stop(self) -> None:
        """Begins again."""
        self._stopped.clear()
        self._error = None

    def register_thread(self, thread: threading.Thread) -> None:
        """Adds a thread that `join` waits for."""
        self._threads.append(thread)

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Waits until somebody asks to stop; whether somebody did."""
        return self._stopped.wait(timeout)

    def raise_requested_exception(self) -> None:
        """Raises the error that stopped all, if one did."""
        if self._error is not None:
            raise self._error

    def join(
        self,
        threads: Sequence[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Waits for threads, and raises the error that stopped them, if one did.

        Raises:
            GraphError: threads go on for longer than the grace period.
        """
        for each in [*self._threads, *(threads or ())]:
            each.join(stop_grace_period_secs if self.should_stop() else None)
            if each.is_alive() and not ignore_live_threads:
                raise GraphError(
                    f"Coordinator stopped with threads still running: {each.name}, after {stop_grace_period_secs} seconds."
                )
        self.raise_requested_exception()

    @property
    def joined(self) -> bool:
        """Whether no thread runs."""
        return not any(each.is_alive() for each in self._threads)

    @contextlib.contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """Errors inside ask all to stop, and are raised by `join`."""
        try:
            yield
        except Exception as error:
            self.request_stop(error)


def start_queue_runners(
    sess: Any = None,
    coord: Any = None,
    daemon: bool = True,
    start: bool = True,
    collection: str = "queue_runners",
) -> list[threading.Thread]:
    """Starts nothing: graphs here have no queues, so there are no threads to start.

    Returns:
        No threads.
    """
    del sess, coord, daemon, start, collection
    return []


def _no_queues(name: str, instead: str) -> Any:
    def refused(*_: Any, **__: Any) -> Any:
        raise GraphError(f"tf.train.{name}: queues are not offered; {instead}")

    refused.__name__ = name
    refused.__doc__ = f"Refused: queues are not offered; {instead}"
    return refused


_FEED = "read the data in Python and feed it by feed_dict, a batch at a time."
batch = _no_queues("batch", _FEED)
shuffle_batch = _no_queues("shuffle_batch", _FEED)
string_input_producer = _no_queues("string_input_producer", _FEED)
slice_input_producer = _no_queues("slice_input_producer", _FEED)
QueueRunner = _no_queues("QueueRunner", _FEED)
add_queue_runner = _no_queues("add_queue_runner", _FEED)
