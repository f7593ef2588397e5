"""Each turns one source of pictures into a manifest."""
