"""What TensorFlow's files are made of: protocol buffers, written by hand, and the checksum beside every piece of them."""
