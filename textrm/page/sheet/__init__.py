"""One HTML page of all pages of a run, before and after, to look through in a browser without a server."""
