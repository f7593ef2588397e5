"""Data sets of which the pictures lie in tars, many in each: written from any manifest, read sample by sample."""
