"""Nets in plain torch: they know neither files nor configuration keys."""
