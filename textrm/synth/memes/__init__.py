"""Memes from text-free pictures: given captions set as people set them, with the exact truth."""
