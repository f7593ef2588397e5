"""Nets from a picture with a hole to a picture without, and the masked convolutions that they are made of."""
