"""Pairs of meme and template from ImgFlip575K: ``python -m textrm.data.importers.imgflip575k DATASET OUT``."""
