"""Cleans many files: in which processes, what is written, how far it is."""
