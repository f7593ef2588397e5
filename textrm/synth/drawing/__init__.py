"""Pictures without a letter: panels drawn from nothing."""
