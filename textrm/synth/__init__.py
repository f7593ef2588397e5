"""The generator: endless labelled comic pages from nothing but fonts and code."""
