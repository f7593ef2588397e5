"""Measurements that take time: never part of the tests, run by hand."""
