"""Prepared sets: pictures made ready for a net, with all that is needed to undo it; no torch."""
