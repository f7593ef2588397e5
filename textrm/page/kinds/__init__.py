"""Tells what kind of lettering words are, and which of them go."""
