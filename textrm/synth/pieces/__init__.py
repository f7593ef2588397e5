"""One piece of lettering of each kind, as a patch."""
