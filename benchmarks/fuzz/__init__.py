"""Damages valid pictures and sees that only our errors come of it, and that nothing is lost in silence."""
