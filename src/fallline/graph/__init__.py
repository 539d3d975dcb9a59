"""Define-then-run: graphs of operations, run in sessions."""
