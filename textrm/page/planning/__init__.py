"""Which pages and books are read, where their results go, and what of that is done already."""
