"""A cleaned page as a file of layers, for those who go on in an image editor."""
