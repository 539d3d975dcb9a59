"""The handwritten digits of its first tutorial."""

from fallline.graph.examples.tutorials.mnist import input_data

__all__ = ["input_data"]
