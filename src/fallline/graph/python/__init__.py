"""Paths into TensorFlow that old programs import from."""
