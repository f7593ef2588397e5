"""Collects the runs of a sweep: a table, plots and one page; without torch, so that it is quick."""
