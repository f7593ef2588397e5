"""Continues thin strokes of the drawing through holes."""
