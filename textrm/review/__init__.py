"""A local web page on which cleaned pages are looked over, mended by hand and written; needs the extra ``web``."""
