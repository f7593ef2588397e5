"""Formats of picture files: what is in the bytes, and back."""
