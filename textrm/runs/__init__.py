"""A run's folder: its configuration, what became of it, its checkpoints."""
