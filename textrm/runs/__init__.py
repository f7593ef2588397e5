"""Run folders: a run's configuration, what became of it, its checkpoints."""
