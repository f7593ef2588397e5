"""Nets from a picture to its tags."""
