"""Calls on symbolic tensors that become layers."""
