"""Nets from a lettered picture to a clean one in one step."""
