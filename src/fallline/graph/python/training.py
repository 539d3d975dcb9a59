"""`tensorflow.python.training`: what programs import from there."""

from fallline.graph.train import moving_averages as moving_averages

__all__ = ["moving_averages"]
