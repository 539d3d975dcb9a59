"""What every layer is, below all kinds of layers."""
