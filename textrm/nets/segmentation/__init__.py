"""Nets from a picture to the probability of lettering, pixel by pixel."""
