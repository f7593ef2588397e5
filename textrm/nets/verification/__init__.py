"""Nets that tell whether a word is one."""
