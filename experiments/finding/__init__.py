"""The finder: from raw material to released weights."""
