"""`deprecation`: programs silence it."""

_PRINT_DEPRECATION_WARNINGS = True
