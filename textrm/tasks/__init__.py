"""Tasks: what a net, its loss and its scores do with a batch."""
