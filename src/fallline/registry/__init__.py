"""Names and configurations: what a user may write where an object is expected, and what a file keeps of it."""
