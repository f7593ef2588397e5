"""People and animals, from portraits to cartoon faces."""
