"""Filling by the inpainting net: its crops, and wide holes in smaller sizes first."""
