"""Trains: what a net, its loss and its metrics do with a batch."""
