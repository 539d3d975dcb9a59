"""Define-then-run: graphs, sessions and optimizers under TensorFlow 1's names, compiled, without TensorFlow.

import fallline.graph as tf
"""
