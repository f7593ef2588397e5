"""The one reader and writer of picture files: formats, kinds of pixels, orientation, colour profiles."""
