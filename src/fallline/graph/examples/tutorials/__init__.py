"""Examples of its tutorials."""
