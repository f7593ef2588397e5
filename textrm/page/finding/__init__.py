"""The finder: from the pixels of a page to the words that go."""
