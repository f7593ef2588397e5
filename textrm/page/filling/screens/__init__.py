"""Continues screens, dots and lines, into holes."""
