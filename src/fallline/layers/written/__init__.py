"""Layers written as in Keras, made pure."""
