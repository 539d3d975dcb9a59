"""What old programs use of modules that are gone or not installed."""
