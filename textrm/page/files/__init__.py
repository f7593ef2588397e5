"""Cleans many files: which are read, what is written, how far it is."""
