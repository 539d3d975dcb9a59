"""What `import tensorflow as tf` gives to a program of other years.

first    TensorFlow 1: graphs and sessions, of `fallline.graph`
second   TensorFlow 2: arrays at once, variables, tapes
compat   `tf.compat`, of both
contrib  `tf.contrib`, with its Keras and its `eager`
told_activations   which activation of networks each function of `tf.nn` is
space    a name space that stands before another one
"""
