"""Rows of a manifest, and the tables that they are read from without a list of them being made."""
