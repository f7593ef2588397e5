"""Pairs of meme and template from ImgFlip575K: ``python -m textrm.importers.imgflip575k DATASET OUT``."""
