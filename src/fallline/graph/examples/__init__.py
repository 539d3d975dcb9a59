"""Examples that came with TensorFlow 1."""
