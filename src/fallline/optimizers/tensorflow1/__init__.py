"""The rules of TensorFlow 1's optimizers, where they differ from Keras's.

rules   the equations, as pure functions of arrays
"""
