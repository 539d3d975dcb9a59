"""Paths into TensorFlow that old programs import from."""

from fallline.graph.python import debug, framework, layers, lib, ops, platform, training

__all__ = ["debug", "framework", "layers", "lib", "ops", "platform", "training"]
