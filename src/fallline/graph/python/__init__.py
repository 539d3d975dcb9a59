"""Paths into TensorFlow that old programs import from."""

from fallline.graph.python import framework, layers, ops, platform, training

__all__ = ["framework", "layers", "ops", "platform", "training"]
