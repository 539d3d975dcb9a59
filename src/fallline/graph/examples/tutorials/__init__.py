"""Examples of its tutorials."""

from fallline.graph.examples.tutorials import mnist

__all__ = ["mnist"]
