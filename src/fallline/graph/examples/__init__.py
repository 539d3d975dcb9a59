"""Examples that came with TensorFlow 1."""

from fallline.graph.examples import tutorials

__all__ = ["tutorials"]
