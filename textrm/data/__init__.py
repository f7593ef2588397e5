"""From pictures on disk, or from nothing, to batches."""
