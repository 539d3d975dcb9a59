"""The command line: one command a file; `main` only dispatches.

Nothing here imports JAX, a data-frame library, scikit-learn or matplotlib at module level, so that
`fallline --help` answers at once. A command turns its options into a call of `fallline.experiment`.
"""
