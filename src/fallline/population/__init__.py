"""Populations: many networks as one run."""
