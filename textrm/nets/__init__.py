"""Nets: plain torch."""
