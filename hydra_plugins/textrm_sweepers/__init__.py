"""Sweeps that go on where they were stopped; Hydra finds its plugins in packages under ``hydra_plugins``."""
