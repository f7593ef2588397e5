"""What lettering says: random text of every script."""
