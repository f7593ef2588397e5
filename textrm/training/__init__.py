"""What a training is put together from: its start, its trainer, its course to the end."""
