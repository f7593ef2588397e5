"""Endless labelled comic pages from nothing but fonts and code."""
