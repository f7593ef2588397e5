"""Data of a training: pictures on disk, or drawn on the fly, become batches."""
