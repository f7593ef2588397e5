"""Kills commands at random moments, and sees what the same command makes of it."""
