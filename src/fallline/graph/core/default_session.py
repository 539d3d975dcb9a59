"""Which session `tensor.eval()` and `op.run()` go to."""

from __future__ import annotations

from typing import Any

from fallline.graph.core.failures import GraphError

__all__ = ["get_default_session"]

_stack: list[Any] = []


def enter(session: Any) -> None:
    """Makes a session the default one."""
    _stack.append(session)


def leave(session: Any) -> None:
    """Makes the one before it the default one again; one that is no longer among them (its run has ended) is left alone."""
    if session in _stack:
        _stack.remove(session)


def get_default_session() -> Any:
    """The session of `with tf.Session()` or `InteractiveSession`; None: there is none."""
    return _stack[-1] if _stack else None


def session_for(session: Any, graph: Any, what: str) -> Any:
    """The session that `eval` or `run` goes to.

    Raises:
        GraphError: there is none, or its graph is another.
    """
    found = session or get_default_session()
    if found is None:
        raise GraphError(
            f"Cannot {'evaluate tensor' if what == 'eval()' else 'execute operation'} using `{what}`: No default session is "
            f"registered. Use `with sess.as_default()` or pass an explicit session to `{what[:-1]}session=sess)`"
        )
    if found.graph is not graph:
        raise GraphError(
            f"Cannot use the {'given' if session else 'default'} session for `{what}`: its graph is another than that of the "
            "node. Open it by tf.Session(graph=...)."
        )
    return found
