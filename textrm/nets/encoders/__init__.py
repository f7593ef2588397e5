"""Nets from a picture to its maps, fine to coarse."""
