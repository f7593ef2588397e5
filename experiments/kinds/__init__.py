"""How the classifier of kinds was made."""
