"""Where lettering goes on a page, and what it stands on, in and behind."""
