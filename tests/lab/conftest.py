from tiny_sets import make_manifest

__all__ = ["make_manifest"]
