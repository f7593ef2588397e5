"""Books: many pages in one file. Each format has a module of its own; ``book.py`` says what they share."""
