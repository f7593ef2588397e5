"""Completes what goes: what the looks overlooked is told by what goes beside it."""
