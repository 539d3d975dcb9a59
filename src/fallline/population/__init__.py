"""Populations: hundreds of networks as one run."""
