"""Importers: each turns one source of pictures into a manifest."""
