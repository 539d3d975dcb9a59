"""The optimizers of TensorFlow 1, where their numerics differ from Keras's.

rules      the equations, as pure functions of arrays
kinds      each with its slots and numbers
optimizer  as optimizers of a run
"""
