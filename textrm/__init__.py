"""textrm takes the lettering out of pictures."""

__version__ = "0.2.0"
