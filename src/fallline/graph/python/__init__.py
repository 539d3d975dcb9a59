"""Paths into TensorFlow that old programs import from."""

from fallline.graph.python import framework

__all__ = ["framework"]
