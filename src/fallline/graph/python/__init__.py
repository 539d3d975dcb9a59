"""Paths into TensorFlow that old programs import from."""

from fallline.graph.python import framework, layers, ops, platform, pywrap_tensorflow, training

__all__ = ["framework", "layers", "ops", "platform", "pywrap_tensorflow", "training"]
