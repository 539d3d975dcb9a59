"""Forms: how the cells of a column are written, decided by all of them, and read by the same rule ever after."""
